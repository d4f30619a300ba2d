import type { Finding } from '../findings.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import type { StepContext } from './context.ts';
import type { TouchedFile } from '../cluster/planned-file.ts';

/** What every step says, whatever its kind. */
export interface StepOnHost {
  /** Name of the member's host, or of one of the control plane's. */
  readonly host: string;
  /** Why it is needed, as the log and the summary tell it. */
  readonly why: string;
}

/**
 * All that the action knows of one kind of step `S`. What is optional has the usual answer: it changes something, a plan says
 * no more of it than its title, it touches no file, it can be sent together with others.
 */
export type StepKind<S extends StepOnHost> = ScriptedKind<S> | AskingKind<S>;

/** A kind of step that is one script on its host. */
export interface ScriptedKind<S extends StepOnHost> extends Described<S> {
  /** The script, with what its end means; waits for keys and certificates. */
  script(step: S, context: StepContext): StepScript | Promise<StepScript>;
}

/** A kind of step that asks etcd or its listeners from the runner. */
export interface AskingKind<S extends StepOnHost> extends Described<S> {
  /** @throws Refusal or HostError in words for the user. */
  ask(step: S, context: StepContext): Promise<void>;
}

// Methods, not properties that are functions: only so the kind of one step can be used as that of any (`kindOf`).
interface Described<S extends StepOnHost> {
  /** What it is called in log, plan, summary and errors. */
  readonly title: string;
  /** It changes nothing. */
  readonly onlyLooks?: true;
  /** In a plan: its title, and what the plan does not say elsewhere. */
  describe?(step: S): string;
  /** Whether it is needed may change until a plan is approved, without that being another plan. */
  readonly outsideDigest?: true;
  /** Files of its host as they will be after it, for the plan. */
  touches?(step: S, plan: HostPlan): readonly TouchedFile[];
  /** Paths that it replaces or removes; the audit record has their digests before and after. */
  replaces?(step: S): readonly string[];
  /** What it interrupts. */
  restarts?(step: S): 'kubelet' | 'etcd' | undefined;
  /** Its script is made from what earlier steps have found or put in place, and so not before these are done. */
  readonly madeLate?: true;
  /** It goes to the host alone: its script takes all of standard input, or the host is looked at to make it. */
  isAlone?(step: S, context: StepContext): boolean;
  /** It delivers the CA's key, without which nothing is delivered that the CA has signed. */
  keepsAuthority?(step: S): boolean;
  /** It delivers what the CA has signed. */
  bringsSigned?(step: S): boolean;
}

/** What a plan does on one host. */
export interface HostPlan {
  /** Whether a step puts the manifest in place that kubeadm renders aside. */
  readonly placesManifest: boolean;
}

/** A step's script. */
export interface StepScript {
  readonly script: RemoteScript;
  /** Words for its exit code; if not given, those for any. */
  readonly explain?: Explain;
  /** What follows from its success. */
  readonly succeeded?: () => void;
  /** Looks at what it has printed. @throws Refusal when that is not as it has to be. */
  readonly check?: (stdout: Buffer) => void | Promise<void>;
}

/** Words for what a script's exit code and last lines mean. */
export type Explain = (result: RemoteResult) => Omit<Finding, 'host' | 'at'>;
