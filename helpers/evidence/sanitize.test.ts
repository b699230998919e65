import { describe, expect, test } from "vitest";
import { redact, sanitize, stripControl } from "./sanitize.ts";

describe("stripControl", () => {
  test("removes colours, cursor moves, titles and hyperlinks", () => {
    const esc = "\u001b";
    expect(
      stripControl(`${esc}[31mred${esc}[0m${esc}[2J ${esc}]0;title\u0007x ${esc}]8;;http://a\u0007b`),
    ).toBe("red x b");
  });

  test("removes stray control characters and direction overrides but keeps tabs and lines", () => {
    expect(stripControl("a\u0008b\u0000\tc\r\nd\u202ee\u009b1m")).toBe("ab\tc\nde");
  });
});

describe("redact", () => {
  const jwt = "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl_-x";

  test.each([
    ["a ServiceAccount token", `token ${jwt} end`, "token <redacted token> end"],
    ["a ServiceAccount token in a Secret", `token: ${btoa(jwt)}`, "token: <redacted token>"],
    ["a ServiceAccount token in a Secret's JSON", `{"token":"${btoa(jwt)}"}`, '{"token":"<redacted token>"}'],
    [
      "a ServiceAccount token on a command line",
      `kubectl auth whoami --token=${jwt}`,
      "kubectl auth whoami --token=<redacted token>",
    ],
    [
      "a ServiceAccount token in a header that is quoted",
      `curl -H "Authorization: Bearer ${jwt}" https://host`,
      'curl -H "Authorization: Bearer <redacted token>" https://host',
    ],
    ["a bearer header", "Authorization: Bearer abcdefghijkl", "Authorization: Bearer <redacted token>"],
    ["a node token", `K10${"0a".repeat(32)}::server:secret`, "<redacted token>"],
    [
      "a key in a kubeconfig",
      "client-key-data: LS0tLS1CRUdJTiBFQw==",
      "client-key-data: <redacted private key>",
    ],
    ["a key in a Secret", "tls.key: LS0tLS1CRUdJTiBFQw==", "tls.key: <redacted private key>"],
    [
      "a registry's login",
      ".dockerconfigjson: eyJhdXRocyI6e319",
      ".dockerconfigjson: <redacted credentials>",
    ],
    ["a token on a command line", "--token=abcdefghijklmnop", "--token=<redacted key data>"],
    ["a token in the environment", "K3S_TOKEN=abcdefghijklmnop", "K3S_TOKEN=<redacted key data>"],
    ["a password with a slash", "https://u:a/b:c@host/", "https://u:<redacted credentials>@host/"],
    ["a password in an address", "https://user:hunter2@host/", "https://user:<redacted credentials>@host/"],
    [
      "a private key",
      "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----",
      "<redacted private key>",
    ],
    ["a private key that was cut off", "-----BEGIN PRIVATE KEY-----\nMHcCAQ", "<redacted private key>"],
  ])("hides %s", (_, text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(redact(expected), "what is redacted stays as it is").toBe(expected);
  });

  test("leaves ordinary output alone", () => {
    const text = "whoami   2/2     Running   0   92s   10.42.0.221   ctrlnode";
    expect(redact(text)).toBe(text);
  });

  test("leaves the name of a kind alone", () => {
    const text = 'error: failed to create token: TokenRequest.authentication.k8s.io "" is invalid';
    expect(redact(text)).toBe(text);
  });

  test("leaves what a token says of itself, and the shell's word for one, alone", () => {
    const text = '{"sub":"system:serviceaccount:a:default"} Authorization: Bearer $(cat /run/token)';
    expect(redact(text)).toBe(text);
  });
});

test("a secret split by a colour code is still found", () => {
  expect(sanitize("Bearer abc\u001b[1mdefghijkl")).toBe("Bearer <redacted token>");
});
