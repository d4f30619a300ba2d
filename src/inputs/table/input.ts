/** One input of the action. All that is said of it anywhere is made from this (`npm run docs`). */
export interface InputDefinition {
  /** For users, as Markdown without line breaks: sentences that end with a full stop. */
  readonly description: string;
  /** Also the value of an input that is given but empty, as an expression without a value leaves it. */
  readonly default?: string;
  readonly required?: true;
  /** Masked before anything else happens, and never quoted in a message. */
  readonly secret?: true;
  /** Most workflows set it: it is in the short table of README.md too. */
  readonly common?: true;
}

/** Inputs by their names, in the order in which users read them. */
export type GroupedInputs = Readonly<Record<string, InputDefinition>>;

/** Inputs about one subject, as users read them: a heading in docs/inputs.md, a comment in action.yml. */
export interface InputSection {
  readonly title: string;
  readonly inputs: GroupedInputs;
}
