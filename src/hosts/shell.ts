/** One word of bash, whatever it holds. Not for secrets: those go through standard input. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
