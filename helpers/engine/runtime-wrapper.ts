/** The options of runc before its command that take a value of their own. */
const RUNC_OPTIONS_WITH_VALUE = ["--root", "--log", "--log-format", "--criu", "--rootless"];

/**
 * An OCI runtime in plain `sh` and `sed` for hosts whose bounding set lacks capabilities: it removes them from the
 * bundle's `config.json` on `create` and `run`, and from the process file on `exec`; then, and for everything else,
 * it becomes `runc` itself.
 *
 * Without CAP_SYS_RESOURCE neither a limit can be raised nor `oom_score_adj` be lowered: those settings go as well,
 * and the container inherits the engine's.
 */
export function runtimeWrapper(missing: readonly string[], runc: string): string {
  return `#!/bin/sh
# OCI runtime: ${runc} without what this host lacks (${missing.join(", ")}).
command= bundle=. process= skip= wanted=
for word in "$@"; do
  if [ -n "$skip" ]; then
    skip=
  elif [ -n "$wanted" ]; then
    case $wanted in bundle) bundle=$word ;; process) process=$word ;; esac
    wanted=
  elif [ -z "$command" ]; then
    case $word in
      ${RUNC_OPTIONS_WITH_VALUE.join(" | ")}) skip=1 ;;
      -*) ;;
      *) command=$word ;;
    esac
  else
    case $word in
      --bundle | -b) wanted=bundle ;;
      --bundle=*) bundle=\${word#--bundle=} ;;
      -b=*) bundle=\${word#-b=} ;;
      --process | -p) wanted=process ;;
      --process=*) process=\${word#--process=} ;;
      -p=*) process=\${word#-p=} ;;
    esac
  fi
done
case $command in
  create | run) file=$bundle/config.json ;;
  exec) file=$process ;;
  *) file= ;;
esac
if [ -n "$file" ] && [ -f "$file" ]; then
  edited=$(LC_ALL=C sed -E ${shellQuote(editScript(missing))} "$file") && printf '%s\\n' "$edited" >"$file"
fi
exec ${shellQuote(runc)} "$@"
`;
}

/**
 * What `sed -E` does to the file. A quote inside a JSON string is escaped, so that `"name":` is always a key: nobody's
 * argument or environment that mentions a capability is touched.
 */
function editScript(missing: readonly string[]): string {
  const inside = String.raw`("capabilities"[[:space:]]*:[[:space:]]*\{[^{}]*)`;
  const script = [
    // Line breaks can only stand between JSON's tokens: one line makes the rest simple.
    ":join",
    "$!{",
    "N",
    "b join",
    "}",
    String.raw`s/\n/ /g`,
    ":drop",
    `s/${inside}"(${missing.join("|")})"[[:space:]]*,?/\\1/`,
    "t drop",
    // The last of a list was dropped: the comma before it goes too.
    ":comma",
    `s/${inside},([[:space:]]*\\])/\\1\\2/`,
    "t comma",
  ];
  if (missing.includes("CAP_SYS_RESOURCE")) {
    script.push(
      ...dropKey("rlimits", String.raw`(\[[^]]*\]|null)`),
      ...dropKey("oomScoreAdj", "(-?[0-9]+|null)"),
    );
  }
  return script.join("\n");
}

function dropKey(key: string, value: string): string[] {
  const member = `"${key}"[[:space:]]*:[[:space:]]*${value}`;
  return [`s/${member}[[:space:]]*,//g`, `s/,[[:space:]]*${member}//g`, `s/${member}//g`];
}

/** `text` as one word of a shell command. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
