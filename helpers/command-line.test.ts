import { expect, test } from "vitest";
import { quoteArguments, type TemplateValue, templateArguments } from "./command-line.ts";

const words = (strings: TemplateStringsArray, ...values: readonly TemplateValue[]) =>
  templateArguments(strings, values);

test("words are split at spaces and line breaks", () => {
  expect(words`get pods
    -n whoami`).toEqual(["get", "pods", "-n", "whoami"]);
});

test("an interpolated value is one argument, whatever it holds", () => {
  expect(words`exec whoami -- sh -c ${"netstat -tualnp | grep LISTEN"}`).toEqual([
    "exec",
    "whoami",
    "--",
    "sh",
    "-c",
    "netstat -tualnp | grep LISTEN",
  ]);
  expect(words`--tail=${5} pod/${"whoami"}/x ${""}`).toEqual(["--tail=5", "pod/whoami/x", ""]);
});

test("a list gives one argument for each entry", () => {
  expect(words`ls -l ${["/proc/1/ns", "/proc/2/ns"]} -a`).toEqual([
    "ls",
    "-l",
    "/proc/1/ns",
    "/proc/2/ns",
    "-a",
  ]);
});

test("backslashes are kept as they are written", () => {
  expect(words`-o jsonpath={.items[*].metadata.name}{'\n'}`).toEqual([
    "-o",
    "jsonpath={.items[*].metadata.name}{'\\n'}",
  ]);
});

test("quoting leaves plain words alone and protects the rest", () => {
  expect(quoteArguments(["-o", "jsonpath={.spec.containers[*].name}", "a b", "it's", ""])).toBe(
    String.raw`-o 'jsonpath={.spec.containers[*].name}' 'a b' 'it'\''s' ''`,
  );
});
