import type { Finding } from '../findings.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import type { StepContext } from './context.ts';
import type { TouchedFile } from '../cluster/planned-cluster.ts';

/** The fields of every step. */
export interface StepOnHost {
  /** Name of the member's host, or of a control plane host. */
  readonly host: string;
  /** Reason for the step, for the log and the summary. */
  readonly why: string;
}

/**
 * Everything that the action knows about one kind of step `S`. Optional members have the usual default: the step
 * changes something, a plan describes it by its title, it touches no file, it can be sent together with others.
 */
export type StepKind<S extends StepOnHost> = ScriptedKind<S> | RunnerKind<S>;

/** A kind of step that is one script on its host. */
export interface ScriptedKind<S extends StepOnHost> extends Described<S> {
  /** Returns the script, with the meaning of its exit codes; waits for keys and certificates. */
  script(step: S, context: StepContext): StepScript | Promise<StepScript>;
}

/** A kind of step that the runner carries out itself: it queries etcd, or reads and writes files of the runner. */
export interface RunnerKind<S extends StepOnHost> extends Described<S> {
  /** @throws RunError or HostError, explained to the user. */
  run(step: S, context: StepContext): Promise<void>;
}

// Methods, not properties that are functions: only so the kind of one step can be used as that of any (`kindOf`).
interface Described<S extends StepOnHost> {
  /** Its name in log, plan, summary and errors. */
  readonly title: string;
  /** It changes nothing. */
  readonly readsOnly?: true;
  /** It leaves a note of the action and nothing else: the run has not changed the host. */
  readonly onlyNotes?: true;
  /** Describes it in a plan: its title, and the details that the plan lacks elsewhere. */
  describe?(step: S): string;
  /** Its host may be another one by the time that a plan is approved, without changing the plan. */
  readonly anyHost?: true;
  /** The need for it may change before a plan is approved, without changing the plan. */
  readonly outsideDigest?: true;
  /** Returns the files of its host as they will be after it, for the plan. */
  touches?(step: S, plan: HostPlan): readonly TouchedFile[];
  /** Returns the paths that it replaces or removes; the audit record has their digests before and after. */
  replaces?(step: S): readonly string[];
  /** Returns the program that it interrupts. */
  restarts?(step: S): 'kubelet' | 'etcd' | undefined;
  /** Its script depends on the results of earlier steps, and so is made after these. */
  readonly madeLate?: true;
  /** It is sent to the host alone: its script reads all of standard input, or depends on an answer of the host. */
  isAlone?(step: S, context: StepContext): boolean;
  /** It delivers the CA's key, before anything that the CA has signed. */
  keepsAuthority?(step: S): boolean;
  /** It delivers files that the CA has signed. */
  bringsSigned?(step: S): boolean;
}

/** The plan for one host. */
export interface HostPlan {
  /** A step puts the manifest in place that kubeadm renders aside. */
  readonly placesManifest: boolean;
}

/** A step's script. */
export interface StepScript {
  readonly script: RemoteScript;
  /** Explains its exit codes; default: the explanation for any script. */
  readonly explain?: Explain;
  /** Called after its success. */
  readonly succeeded?: () => void;
  /** Checks its output. @throws RunError when it is wrong. */
  readonly check?: (stdout: Buffer) => void | Promise<void>;
}

/** Explains a script's exit code and last lines. */
export type Explain = (result: RemoteResult) => Omit<Finding, 'host' | 'at'>;
