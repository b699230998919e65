import { describe, expect, test } from "vitest";
import { concernsRegistry, failureOf } from "./pull-failure.ts";

const REFUSED = 'Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused';

describe("what engines say about a pull that failed", () => {
  test.each([
    [`(HTTP code 500) server error - ${REFUSED}`, "r refuses connections"],
    [
      'Get "https://r/v2/": dial tcp: lookup r on 10.0.0.1:53: no such host',
      "r can't be reached: lookup r on 10.0.0.1:53: no such host",
    ],
    [
      'Get "https://r/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      "r doesn't answer",
    ],
    ['Get "https://r/v2/": net/http: TLS handshake timeout', "r doesn't answer"],
    [
      "toomanyrequests: You have reached your pull rate limit.",
      'r answers "too many requests" (429): its rate limit is used up',
    ],
    [
      "error parsing HTTP 429 response body: invalid character 'T'",
      'r answers "too many requests" (429): its rate limit is used up',
    ],
    [
      'Get "https://r/v2/": x509: certificate signed by unknown authority',
      "r doesn't answer as a registry: x509: certificate signed by unknown authority",
    ],
  ])("%s concerns the registry", (message, line) => {
    const failure = failureOf("a/b:1", "r", message);
    expect(failure.line).toBe(line);
    expect(concernsRegistry(failure)).toBe(true);
  });

  test.each([
    ["manifest for a/b:1 not found: manifest unknown: manifest unknown", "r has no a/b:1"],
    [
      "pull access denied for a/b, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      "r doesn't give a/b:1 to us: it doesn't exist there, or needs a docker login",
    ],
    [
      "no matching manifest for linux/arm64/v8 in the manifest list entries",
      "r has no a/b:1 for the engine's architecture",
    ],
    ["write /var/lib/x: no space left on device", "the engine's disk is full: a/b:1 doesn't fit"],
    ["something: else", "a/b:1 could not be pulled from r: something: else"],
  ])("%s concerns the image", (message, line) => {
    const failure = failureOf("a/b:1", "r", message);
    expect(failure.line).toBe(line);
    expect(concernsRegistry(failure)).toBe(false);
  });
});
