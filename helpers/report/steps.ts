import { onlyIn } from "../book/phrases.ts";
import { formatSteps, type Step } from "../evidence/transcript.ts";
import { type Language, said, WORDS } from "./text.ts";

/**
 * Steps as they are told in a language, line by line: without what is told in the other one alone; what they say in words
 * is in Chinese where it has been translated. Commands and outputs are what they are.
 */
export function tellSteps(steps: readonly Step[], language: Language): string[] {
  const told = steps
    .filter(({ command }) => (onlyIn(command) ?? language) === language)
    .map((step) => (step.where === "api" ? { ...step, command: said(step.command, language) } : step));
  return formatSteps(told, WORDS[language].exitCode);
}
