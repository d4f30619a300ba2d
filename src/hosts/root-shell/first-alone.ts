/**
 * Lets one go alone while the others wait, until one has got through; then all may go at once. What ends one of them for
 * good ends those that wait, and all that come later.
 */
export class FirstAlone {
  readonly #isFinal: (error: unknown) => boolean;
  #passed = false;
  #first: Promise<unknown> | undefined;
  #final: { readonly error: unknown } | undefined;

  /** @param isFinal whether an error would come again, whoever goes next. */
  constructor(isFinal: (error: unknown) => boolean) {
    this.#isFinal = isFinal;
  }

  /** @throws what the work throws, or what has ended another for good. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#first !== undefined && !this.#passed) await this.#first;
    if (this.#passed) return await work();
    if (this.#final !== undefined) throw this.#final.error;
    const running = work();
    this.#first = running.then(
      () => {
        this.#passed = true;
      },
      (error: unknown) => {
        if (this.#isFinal(error)) this.#final = { error };
        this.#first = undefined;
      },
    );
    return await running;
  }
}
