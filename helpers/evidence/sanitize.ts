import { stripVTControlCharacters } from "node:util";

/** What must never be shown or written, by type. Order matters: the wider pattern first. */
const SECRETS: ReadonlyArray<{ type: string; pattern: RegExp; keep?: number }> = [
  {
    type: "private key",
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  // The same in base64, as Secrets and kubeconfigs keep it: LS0tLS1CRUdJTi is "-----BEGIN".
  { type: "private key", pattern: /((?:tls\.key|client-key-data)"?:\s*"?)[A-Za-z0-9+/=]{16,}/g, keep: 1 },
  { type: "credentials", pattern: /(\.dockerconfigjson"?:\s*"?)[A-Za-z0-9+/=]{8,}/g, keep: 1 },
  // A JSON Web Token: what ServiceAccounts, OIDC and `kubectl create token` hand out.
  { type: "token", pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  // The same in base64, as Secrets keep it: ZXlK is "eyJ".
  { type: "token", pattern: /\bZXlK[A-Za-z0-9+/]{24,}={0,2}/g },
  // k3s' node token (https://docs.k3s.io/cli/token).
  { type: "token", pattern: /\bK10[0-9a-f]{64}::[\w.:-]+/g },
  { type: "token", pattern: /(\bBearer )(?!<redacted)[^\s"',]{8,}/gi, keep: 1 },
  {
    type: "key data",
    // "failed to create token: TokenRequest.authentication.k8s.io" names a kind of the API, and no key.
    pattern: /((?:token|password|secret)"?(?::\s*|=)"?)(?!\w+\.[a-z]+\.k8s\.io\b)[A-Za-z0-9+/=._-]{12,}/gi,
    keep: 1,
  },
  { type: "credentials", pattern: /(\w+:\/\/[^\s:/@]+:)[^\s@]+(?=@)/g, keep: 1 },
];

/** Control characters but tab and line feed; separators that end a line unseen; marks that change the direction. */
const CONTROL = /[^\P{Cc}\t\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text as it may be shown or written: without terminal control sequences and other control characters, and with every
 * secret replaced by its type. Tabs and line breaks stay.
 */
export function sanitize(text: string): string {
  return redact(stripControl(text));
}

/** Removes terminal control sequences, and what is left of the C0 and C1 control characters but tab and newline. */
export function stripControl(text: string): string {
  const unterminated = stripVTControlCharacters(text.replaceAll("\r\n", "\n"));
  return unterminated.replace(CONTROL, "");
}

/** Replaces secrets by their type, such as `<redacted token>`. */
export function redact(text: string): string {
  let result = text;
  for (const { type, pattern, keep } of SECRETS) {
    result = result.replace(pattern, (...match) => `${keep ? match[keep] : ""}<redacted ${type}>`);
  }
  return result;
}
