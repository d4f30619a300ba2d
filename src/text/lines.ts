/** Returns the lines of a text that are not empty, in their order. */
export function filledLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
