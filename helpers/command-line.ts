/** What may stand in a command template: one argument, however many words it has, or a list of arguments. */
export type TemplateValue = string | number | readonly (string | number)[];

/** A tagged template that runs a command. */
export type CommandTemplate<T> = (
  strings: TemplateStringsArray,
  ...values: readonly TemplateValue[]
) => Promise<T>;

/**
 * The arguments that a template stands for, in the manner of execa's templates: words are split at spaces, an
 * interpolated value is never split and touches the text beside it (`-n=${name}` is one argument), and a list gives
 * one argument for each of its entries.
 */
export function templateArguments(strings: TemplateStringsArray, values: readonly TemplateValue[]): string[] {
  const args: string[] = [];
  let open = false;
  const append = (text: string) => {
    if (open) args[args.length - 1] += text;
    else args.push(text);
    open = true;
  };
  strings.raw.forEach((text, index) => {
    for (const part of text.split(/(\s+)/)) {
      if (part === "") continue;
      if (/^\s+$/.test(part)) open = false;
      else append(part);
    }
    const value = values[index];
    if (value === undefined) return;
    const entries = Array.isArray(value) ? value : [value];
    entries.forEach((entry, i) => {
      if (i > 0) open = false;
      append(String(entry));
    });
  });
  return args;
}

/** Arguments as a POSIX shell would read them back: what can be shown to a reader and typed by him. */
export function quoteArguments(args: readonly string[]): string {
  return args.map(quoteArgument).join(" ");
}

function quoteArgument(arg: string): string {
  if (/^[\w@%+=:,./-]+$/.test(arg)) return arg;
  return `'${arg.replaceAll("'", String.raw`'\''`)}'`;
}
