import { chapter, type Look, type ManifestMutant, matches, NotObservable } from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "The ServiceAccount: who a Pod is", zh: "ServiceAccount：Pod 的身份" },
  intro: {
    en: `
People have accounts outside of the cluster; Kubernetes keeps no list of them. For programs it does keep accounts: a
ServiceAccount is a name in a namespace, and a Pod that runs under it gets a token by which the API server recognises
it.

Keep two questions apart. *Who are you?* is answered by the token: that is authentication, and on its own it allows
next to nothing. *May you do this?* is answered by a Role that a RoleBinding grants to the account: that is
authorisation.

Much of what is written about the token is older than Kubernetes 1.24. This chapter looks at the token itself; it shows
only what the token says of itself, never the token.

**Use it when** a program talks to the API server: give it an account of its own, with a Role for what it needs. And when
it does not: turn the token off.`,
    zh: `
人的账号在集群之外，Kubernetes 并不登记；程序的账号它才管：ServiceAccount 是命名空间里的一个名字，以它运行的 Pod
会拿到一个令牌（token），API server 凭这个令牌认出它。

要分清两个问题。“你是谁？”由令牌回答，这是认证；仅凭认证几乎什么也做不了。
“你能做吗？”由 RoleBinding 授予该账号的 Role 回答，这是授权。

关于令牌的很多说法都早于 Kubernetes 1.24。本章直接看令牌本身；展示的只是它声明的内容，绝不展示令牌。

**什么时候用**：程序要访问 API server，就给它一个专用账号，再用 Role 授予恰好够用的权限；用不着访问，就把令牌关掉。`,
  },
  manifests: ["10-serviceaccount.yaml"],
  later: ["10-serviceaccount-role.yaml"],
  namespace: "serviceaccount",
  otherNamespaces: ["serviceaccount-elsewhere", "serviceaccount-remade"],
  sideBySide: true,
});

/** Where the token is in a container, with the certificate authority and the name of the namespace beside it. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** An hour and seven seconds: the odd number marks a token that was mounted without being asked for. */
const HOUR = 3607;

// Changes under which the outcome of the claims below must change: "npm run mutants" applies them. Each claim looks at
// objects of its own, so one changed copy of the manifest serves many claims.

const otherwise: ManifestMutant["manifest"] = (manifest) => {
  manifest.pod("plain").spec.serviceAccountName = "newcomer";
  manifest.object("ServiceAccount", "silent").automountServiceAccountToken = true;
  delete manifest.pod("discreet").spec.automountServiceAccountToken;
  const [source] = manifest.pod("vault").spec.volumes?.[0]?.projected?.sources ?? [];
  delete source?.serviceAccountToken?.audience;
  manifest.object("Role", "pod-reader").rules?.[0]?.verbs.push("delete");
  const [visitor] = manifest.object("RoleBinding", "pod-visitor").subjects ?? [];
  if (visitor) visitor.namespace = "serviceaccount-elsewhere";
  const annotations = { "kubernetes.io/service-account.name": "default" };
  Object.assign(manifest.object("Secret", "legacy-token").metadata, { annotations });
  grantIn("serviceaccount", manifest);
};

const withoutToken: ManifestMutant["manifest"] = (manifest) => {
  manifest.pod("plain").spec.automountServiceAccountToken = false;
  delete manifest.pod("outspoken").spec.automountServiceAccountToken;
  grantIn("serviceaccount-elsewhere", manifest);
};

const ownTokenVolume: ManifestMutant = {
  name: "the Pod declares its own token volume, for an hour",
  manifest: (manifest) => {
    const token = { serviceAccountToken: { path: "token", expirationSeconds: 3600 } };
    manifest.pod("plain").spec.volumes = [{ name: "token", projected: { sources: [token] } }];
    manifest.container("plain", "nettool").volumeMounts = [{ name: "token", mountPath: FOLDER }];
  },
};

claim("ref.sa-default", {
  en: "Each namespace has a ServiceAccount called default, and a Pod uses it unless told otherwise",
  zh: "每个命名空间都有一个名为 default 的 ServiceAccount，Pod 不另作指定就使用它",
  source: "reference#serviceaccount",
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#use-the-default-service-account-to-access-the-api-server",
  ],
  observe: async ({ kubectl, namespace, otherNamespaces }) => {
    const [elsewhere = ""] = otherNamespaces;
    const here = await kubectl`get serviceaccounts -n ${namespace}`;
    const there = await kubectl`get serviceaccounts -n ${elsewhere}`;
    const pods =
      await kubectl`get pods plain newcomer -n ${namespace} -o custom-columns=NAME:.metadata.name,ACCOUNT:.spec.serviceAccountName`;
    return {
      here: "NAME" in here.row("default"),
      there: "NAME" in there.row("default"),
      plain: pods.row("plain").ACCOUNT,
      newcomer: pods.row("newcomer").ACCOUNT,
    };
  },
  holds: (seen) => matches(seen, { here: true, there: true, plain: "default", newcomer: "newcomer" }),
  mutants: [{ name: "the Pod plain names another account", manifest: otherwise }],
});

claim("sa.default-again", {
  en: "If the account default is deleted, it is made again, but as a different account",
  zh: "default 被删掉后会自动重建，但已经是另一个账号",
  source: "ours#serviceaccount",
  because: {
    en: "A controller makes sure that every namespace has one. The name is the same, but the UID is not, and tokens of the old account are no longer accepted.",
    zh: "有一个控制器保证每个命名空间都有 default。名字相同，UID 却变了，旧账号的令牌随之作废。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-controller",
  ],
  observe: (look) => defaultAfter((remade) => look.kubectl`delete serviceaccount default -n ${remade}`, look),
  holds: (seen) => matches(seen, { isThere: true, sameUid: false }),
  mutants: [
    {
      name: "it only gets a label",
      observe: (look) =>
        defaultAfter((remade) => look.kubectl`label serviceaccount default -n ${remade} a=b`, look),
    },
  ],
});

claim("sa.missing", {
  en: "A Pod that names an account which does not exist is refused",
  zh: "Pod 指定的账号如果不存在，创建会被拒绝",
  source: "ours#serviceaccount",
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller",
  ],
  observe: (look) => strayUnder("nobody", look),
  holds: ({ refused, answer }) => refused && answer.includes('serviceaccount "nobody" not found'),
  mutants: [{ name: "the Pod names default", observe: (look) => strayUnder("default", look) }],
});

claim("sa.fixed", {
  en: "A Pod keeps its account for life: the field can't be changed",
  zh: "Pod 的账号终身不变：这个字段不能修改",
  source: "ours#serviceaccount",
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#use-more-than-one-serviceaccount",
  ],
  observe: (look) => patched('{"spec":{"serviceAccountName":"reader"}}', look),
  holds: ({ refused, answer }) => refused && answer.includes("pod updates may not change fields"),
  mutants: [
    {
      name: "a label is changed",
      observe: (look) => patched('{"metadata":{"labels":{"account":"reader"}}}', look),
    },
  ],
});

claim("ref.sa-token", {
  en: "Its token is mounted into the Pod, and lets the Pod talk to the API server",
  zh: "账号的令牌会挂载到 Pod 里，Pod 凭它访问 API server",
  source: "reference#serviceaccount",
  because: {
    en: "What is mounted today is no longer the kind of token that it once was: it belongs to this Pod alone, it expires, and it is not stored in a Secret. The claims below look at each of these points.",
    zh: "如今挂载的已不是从前那种令牌：它只属于这一个 Pod，有期限，也不存放在 Secret 里。下面逐一来看。",
  },
  references: [
    "https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api",
  ],
  observe: async (look) => {
    const files = await look.kubectl`exec plain -n ${look.namespace} -- ls ${FOLDER}`;
    return { files: files.lines, status: await statusOf("/api", "plain", look) };
  },
  holds: ({ files, status }) => files.join() === "ca.crt,namespace,token" && status === "200",
  mutants: [{ name: "the Pod wants no token", manifest: withoutToken }],
});

claim("sa.anonymous", {
  en: "Without a token the same request is refused",
  zh: "不带令牌，同样的请求会被拒绝",
  source: "ours#serviceaccount",
  because: {
    en: "k3s accepts no anonymous requests, and answers 401, Unauthorized. Where they are allowed, they count as requests of the user system:anonymous, who may not list the API: 403, Forbidden.",
    zh: "k3s 不接受匿名请求，回答 401 Unauthorized；在允许匿名的集群里，请求者算作 system:anonymous，它无权列出 API，回答就是 403 Forbidden。",
  },
  references: ["https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests"],
  observe: ({ kubectl, namespace }) => kubectl`exec plain -n ${namespace} -- sh -c ${request("/api")}`,
  holds: ({ text }) => text === "401" || text === "403",
  mutants: [
    {
      name: "the request has the token",
      observe: ({ kubectl, namespace }) =>
        kubectl`exec plain -n ${namespace} -- sh -c ${request("/api", OWN_TOKEN)}`,
    },
  ],
});

claim("sa.projected", {
  en: "The three files are one projected volume that nobody declared: a token for 3607 seconds, the certificate authority, the namespace",
  zh: "这三个文件来自一个没人声明过的投射卷：有效期 3607 秒的令牌、CA 证书和命名空间名",
  source: "ours#serviceaccount",
  because: {
    en: "The admission controller for ServiceAccounts writes it into the Pod when the Pod is created; the kubelet fetches the token, and replaces it with a fresh one when four fifths of its time are over.",
    zh: "创建 Pod 时，ServiceAccount 准入控制器把它写进 Pod；令牌由 kubelet 去取，有效期过了五分之四就换新的。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-token-volume",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/1205-bound-service-account-tokens",
  ],
  observe: async ({ kubectl, namespace }) => {
    const volumes =
      await kubectl`get pod plain -n ${namespace} -o ${'jsonpath={range .spec.volumes[*]}{.projected.sources}{"\\n"}{end}'}`;
    const sources = volumes.lines
      .filter((line) => line.startsWith("["))
      .flatMap((line) => JSON.parse(line) as Record<string, { expirationSeconds?: number }>[]);
    return {
      sources: sources.flatMap((source) => Object.keys(source)),
      seconds: sources[0]?.serviceAccountToken?.expirationSeconds,
    };
  },
  holds: ({ sources, seconds }) =>
    sources.join() === "serviceAccountToken,configMap,downwardAPI" && seconds === HOUR,
  mutants: [ownTokenVolume],
});

claim("sa.payload", {
  en: "The token says whose it is: the account, the namespace, and the Pod by name and UID; and for whom it is: the API server",
  zh: "令牌里写明了归谁：账号、命名空间，以及 Pod 的名字和 UID；也写明了给谁看：API server",
  source: "ours#serviceaccount",
  because: {
    en: "It is a JSON Web Token: header, payload and signature, with dots between them. The payload is not encrypted, only encoded; only the signature is something that nobody else can make.",
    zh: "它是一个 JSON Web Token：头部、载荷、签名三段，以点号相连。载荷只是编码，并未加密；别人造不出来的是签名。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens",
    "https://www.rfc-editor.org/rfc/rfc7519",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const uid = await kubectl`get pod plain -n ${namespace} -o jsonpath={.metadata.uid}`;
    const { iss, sub, aud, "kubernetes.io": own } = await payloadIn("plain", `${FOLDER}/token`, look);
    return {
      isDefaultHere: sub === `system:serviceaccount:${namespace}:default`,
      // The API server goes by this name, or by the name of the issuer of its tokens, which is itself.
      isForApiServer: aud.some((name) => name === iss || name.startsWith("https://kubernetes.default.svc")),
      pod: own?.pod?.name,
      sameUid: own?.pod?.uid === uid.text,
    };
  },
  holds: (seen) => matches(seen, { isDefaultHere: true, isForApiServer: true, pod: "plain", sameUid: true }),
  mutants: [{ name: "the Pod plain names another account", manifest: otherwise }],
});

claim("sa.hour", {
  en: "The token in a Pod is good for about an hour",
  zh: "Pod 里的令牌大约一小时后失效",
  source: "ours#serviceaccount",
  expect: "refuted",
  because: {
    en: "The Pod asks for 3607 seconds and gets a fresh token before they are over, but the old one stays valid for a year: some programs read the file only once, and the API server makes allowance for them (--service-account-extend-token-expiration, on by default). The hour is in the token as well, as warnafter: after that, a use of the token is counted, but not refused.",
    zh: "Pod 申请的是 3607 秒，到期之前 kubelet 就会换上新令牌；但旧令牌一年内都有效：有些程序只在启动时读一次文件，API server 迁就它们（--service-account-extend-token-expiration，默认开启）。一小时的期限也写在令牌里，就是 warnafter：过了这个时间再用，只会被计数而已。",
  },
  references: [
    "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/core/serviceaccount/storage/token.go",
  ],
  observe: async (look) => {
    const { exp = Infinity, iat, "kubernetes.io": own } = await payloadIn("plain", `${FOLDER}/token`, look);
    return {
      seconds: exp - iat,
      warnAfterSeconds: own?.warnafter === undefined ? null : own.warnafter - iat,
    };
  },
  holds: ({ seconds }) => seconds <= HOUR,
  mutants: [ownTokenVolume],
});

claim("sa.bound", {
  en: "When the Pod is gone, its token is worth nothing any more",
  zh: "Pod 一消失，它的令牌随即作废",
  source: "ours#serviceaccount",
  because: {
    en: "For every request, the API server checks whether the Pod with that UID still exists. But once it has accepted a token, it remembers that for ten seconds: for that long, the token may still get through.",
    zh: "每次请求，API server 都会查证该 UID 的 Pod 是否还在。刚验证通过的令牌会缓存十秒，所以最多还能再用十秒。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens",
  ],
  observe: async (look) => {
    const token = await look.kubectl`exec doomed -n ${look.namespace} -- cat ${`${FOLDER}/token`}`;
    return aroundDeletion(["pod", "doomed"], token.text, look, untilRefused);
  },
  holds: (seen) => matches(seen, { before: "200", after: "401" }),
  mutants: [
    {
      name: "it is another Pod's token",
      observe: async (look) => {
        const token = await look.kubectl`exec plain -n ${look.namespace} -- cat ${`${FOLDER}/token`}`;
        return aroundDeletion(["pod", "doomed"], token.text, look, statusWith);
      },
    },
  ],
});

claim("sa.audience", {
  en: "A token that is meant for another service is refused by the API server",
  zh: "给别的服务用的令牌，API server 不认",
  source: "ours#serviceaccount",
  because: {
    en: "So a service that is given a token can't use it to act as the caller towards the API server. This token is declared in the Pod's manifest, with its own audience and a lifetime of ten minutes.",
    zh: "这样，收到令牌的服务就无法拿它冒充调用者去访问 API server。这个令牌声明在 Pod 的清单里，受众（audience）和十分钟的期限也写在那里。",
  },
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#launch-a-pod-using-service-account-token-projection",
  ],
  observe: async (look) => {
    const { aud, exp = Infinity, iat } = await payloadIn("vault", "/var/run/secrets/vault/token", look);
    const answer =
      await look.kubectl`exec vault -n ${look.namespace} -- sh -c ${request("/api", "$(cat /var/run/secrets/vault/token)")}`;
    return { aud, seconds: exp - iat, status: answer.text };
  },
  holds: ({ aud, seconds, status }) => aud.join() === "vault" && seconds === 600 && status === "401",
  mutants: [{ name: "the Pod names no audience", manifest: otherwise }],
});

claim("sa.no-secret", {
  en: "No Secret with a token is made for an account",
  zh: "不会再为账号创建存放令牌的 Secret",
  source: "ours#serviceaccount",
  expect: [{ before: "1.24", outcome: "refuted" }],
  because: {
    en: "Until 1.23 every account got one at once, with a token that never expired, readable by everybody who may read Secrets in the namespace. Older texts, the article's reference among them, describe that.",
    zh: "1.23 及更早的版本会立刻为每个账号创建一个，里面的令牌永不过期，凡是能读该命名空间 Secret 的人都能拿到。较早的文章（包括原文引用的那一篇）说的就是这种情况。",
  },
  references: [
    "https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-1.24.md#urgent-upgrade-notes",
    "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets",
  ],
  observe: async ({ kubectl, namespace }) => {
    const secrets =
      await kubectl`get secrets -n ${namespace} --field-selector type=kubernetes.io/service-account-token -o ${String.raw`custom-columns=NAME:.metadata.name,ACCOUNT:.metadata.annotations.kubernetes\.io/service-account\.name`}`;
    return secrets.rows.map(({ ACCOUNT }) => ACCOUNT).sort();
  },
  // The one that this chapter makes by hand shows that such Secrets are found.
  holds: (accounts) => accounts.join() === "legacy",
  mutants: [{ name: "the Secret that is made by hand is for default", manifest: otherwise }],
});

claim("sa.manual-secret", {
  en: "A Secret of that type that is made by hand still gets a token, and that one has no end",
  zh: "手工创建这种类型的 Secret，仍会得到令牌，而且是没有期限的那种",
  source: "ours#serviceaccount",
  because: {
    en: "A controller fills in the token, for programs outside of the cluster that can't renew one. The token is bound to no Pod: it ends only when the Secret or the account is deleted.",
    zh: "令牌由控制器填入，供集群之外无法更新令牌的程序使用。它不与任何 Pod 绑定：只有删掉这个 Secret 或账号，它才失效。",
  },
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#manually-create-an-api-token-for-a-serviceaccount",
  ],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const keys = await until({
      what: "the Secret to be filled in",
      look: () =>
        kubectl`get secret legacy-token -n ${namespace} -o ${"go-template={{range $key, $value := .data}}{{$key}} {{end}}"}`,
      until: ({ text }) => text !== "",
    });
    const { text: token } =
      await kubectl`get secret legacy-token -n ${namespace} -o ${"go-template={{.data.token | base64decode}}"}`;
    const payload = payloadOf(token);
    look.show("What the token says of itself", JSON.stringify(payload, null, 1));
    return { keys: keys.text, ends: payload.exp !== undefined, status: await statusWith(token, look) };
  },
  holds: (seen) => matches(seen, { keys: "ca.crt namespace token", ends: false, status: "200" }),
  mutants: [
    {
      name: "the token that is mounted into a Pod is looked at",
      observe: async (look) => {
        const { exp } = await payloadIn("plain", `${FOLDER}/token`, look);
        const keys = "ca.crt namespace token";
        return { keys, ends: exp !== undefined, status: await statusOf("/api", "plain", look) };
      },
    },
  ],
});

claim("sa.no-mount", {
  en: "With automountServiceAccountToken: false, on the account or on the Pod, there is no token in the Pod",
  zh: "在账号或 Pod 上设置 automountServiceAccountToken: false，Pod 里就没有令牌",
  source: "ours#serviceaccount",
  because: {
    en: "A program that never asks the API server needs no token, and what is not there can't be stolen.",
    zh: "从不访问 API server 的程序用不着令牌；没有的东西，谁也偷不走。",
  },
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  ],
  observe: async (look) => ({
    offOnAccount: await hasToken("silent", look),
    offOnPod: await hasToken("discreet", look),
  }),
  holds: ({ offOnAccount, offOnPod }) => !offOnAccount && !offOnPod,
  mutants: [{ name: "neither the account nor the Pod says so", manifest: otherwise }],
});

claim("sa.pod-wins", {
  en: "When account and Pod disagree, the Pod wins",
  zh: "账号和 Pod 的设置不一致时，以 Pod 为准",
  source: "ours#serviceaccount",
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const account =
      await kubectl`get serviceaccount silent -n ${namespace} -o jsonpath={.automountServiceAccountToken}`;
    return { offOnAccount: account.text === "false", hasToken: await hasToken("outspoken", look) };
  },
  holds: (seen) => matches(seen, { offOnAccount: true, hasToken: true }),
  mutants: [{ name: "the Pod says nothing about the token", manifest: withoutToken }],
});

claim("sa.create-token", {
  en: "kubectl create token issues a token for the duration and the audience that you ask for",
  zh: "kubectl create token 签发令牌，期限和受众（audience）都由你指定",
  source: "ours#serviceaccount",
  since: "1.24",
  because: {
    en: "The token is stored nowhere, and is bound to no Pod: it ends when its time is over or when the account is deleted.",
    zh: "这个令牌不会保存在任何地方，也不与 Pod 绑定：到期或账号被删除时失效。",
  },
  references: ["https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_token/"],
  observe: (look) => created(["--duration=10m", "--audience=vault"], look),
  holds: ({ aud, seconds, pod }) => aud.join() === "vault" && seconds === 600 && pod === null,
  mutants: [{ name: "neither is asked for", observe: (look) => created([], look) }],
});

claim("sa.short", {
  en: "Ten minutes are the least that one can ask for",
  zh: "期限最短十分钟",
  source: "ours#serviceaccount",
  since: "1.24",
  references: [
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/authentication/validation/validation.go",
  ],
  observe: (look) => refusalOfDuration("9m", look),
  holds: (refusal) => refusal.includes("may not specify a duration less than 10 minutes"),
  mutants: [{ name: "ten minutes are asked for", observe: (look) => refusalOfDuration("10m", look) }],
});

claim("sa.dismissed", {
  en: "When the account is deleted, its tokens are worth nothing any more",
  zh: "账号一删除，它的令牌随即作废",
  source: "ours#serviceaccount",
  since: "1.24",
  because: {
    en: "There is no other way to revoke a single token that is bound to nothing else: nobody keeps a list of them. (Ten seconds may pass here as well.)",
    zh: "令牌若没有绑定别的对象，要单独收回它，就只有这一个办法：没有人登记过签发了哪些令牌。（这里同样可能要等上十秒。）",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens",
  ],
  observe: async (look) => {
    const token = await look.kubectl`create token dismissed -n ${look.namespace}`;
    return aroundDeletion(["serviceaccount", "dismissed"], token.text, look, untilRefused);
  },
  holds: (seen) => matches(seen, { before: "200", after: "401" }),
  mutants: [
    {
      name: "it is another account's token",
      observe: async (look) => {
        const token = await look.kubectl`create token reader -n ${look.namespace}`;
        return aroundDeletion(["serviceaccount", "dismissed"], token.text, look, statusWith);
      },
    },
  ],
});

claim("sa.whoami", {
  en: "To the API server an account is a user name, and a member of three groups: all accounts, all of its namespace, and all who are authenticated",
  zh: "在 API server 看来，账号就是一个用户名，并且属于三个组：全体账号、本命名空间的账号，以及所有通过认证的用户",
  source: "ours#serviceaccount",
  since: "1.28",
  because: {
    en: "A RoleBinding can name a group instead of every single account. --as makes a request in the name of somebody else, which requires the verb impersonate; here you are the administrator, and have it.",
    zh: "RoleBinding 可以直接写组名，不必逐个列出账号。--as 是以别人的身份发请求，需要 impersonate 权限；这里你是管理员，自然有。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review",
  ],
  observe: (look) => whoIs(`system:serviceaccount:${look.namespace}:reader`, look),
  holds: ({ namespace, user, groups }) =>
    user === `system:serviceaccount:${namespace}:reader` &&
    groups.includes("system:serviceaccounts") &&
    groups.includes(`system:serviceaccounts:${namespace}`) &&
    groups.includes("system:authenticated"),
  mutants: [{ name: "a human is asked about", observe: (look) => whoIs("jane", look) }],
});

claim("sa.token-flag", {
  en: "With --token, kubectl acts as the account to which the token belongs",
  zh: "加上 --token，kubectl 就以令牌所属的账号行事",
  source: "ours#serviceaccount",
  since: "1.28",
  expect: "refuted",
  because: {
    en: "Not if the kubeconfig has a client certificate, as that of k3s has: kubectl then sends both, and the API server takes the certificate first. If you test an account's rights in this way, you test the administrator's.",
    zh: "如果 kubeconfig 里有客户端证书（k3s 的就有），就不是这样：kubectl 会把两者都送出去，而 API server 先认证书。用这种办法试账号的权限，试出来的其实是管理员的权限。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubeapiserver/authenticator/config.go",
  ],
  observe: async (look) => {
    const { kubectl } = look;
    const certificate =
      await kubectl`config view --minify -o ${"jsonpath={.users[0].user.client-certificate-data}"}`;
    if (certificate.text === "") throw new NotObservable("this kubeconfig has no client certificate");
    return userWithToken([], look);
  },
  holds: ({ namespace, user }) => user === `system:serviceaccount:${namespace}:reader`,
  mutants: [
    {
      name: "kubectl is given no kubeconfig",
      observe: async (look) => {
        const server =
          await look.kubectl`config view --minify -o ${"jsonpath={.clusters[0].cluster.server}"}`;
        const flags = ["--kubeconfig=/dev/null", `--server=${server.text}`, "--insecure-skip-tls-verify"];
        return userWithToken(flags, look);
      },
    },
  ],
});

claim("ref.sa-least", {
  en: "An account may do only what it is granted: 403 before the RoleBinding, 200 after it, and only in that namespace",
  zh: "账号只能做被授权的事：绑定之前是 403，之后是 200，而且仅限该命名空间",
  source: "reference#serviceaccount",
  because: {
    en: "The token says who asks; RBAC, the check of Roles and RoleBindings, says whether they may. A Role applies only in its own namespace; whatever is not granted is forbidden.",
    zh: "令牌说明是谁在请求，RBAC（按 Role 和 RoleBinding 做的授权检查）决定是否准许。Role 只在它所在的命名空间里有效；没有授予的，一律禁止。",
  },
  references: ["https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole"],
  observe: async (look) => {
    const { kubectl, namespace, otherNamespaces, until } = look;
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const before = await statusOf(pods, "newcomer", look);
    await kubectl`apply -f fixtures/manifests/10-serviceaccount-role.yaml`;
    const after = await until({
      what: "the grant to be in force",
      look: () => statusOf(pods, "newcomer", look),
      until: (status) => status === "200",
    });
    const elsewhere = await statusOf(`/api/v1/namespaces/${otherNamespaces[0]}/pods`, "newcomer", look);
    return { before, after, elsewhere };
  },
  holds: (seen) => matches(seen, { before: "403", after: "200", elsewhere: "403" }),
  mutants: [
    { name: "it has the grant from the beginning", manifest: otherwise },
    { name: "it has a grant elsewhere as well", manifest: withoutToken },
  ],
});

claim("sa.can-i", {
  en: "kubectl auth can-i tells in advance what an account may do, verb by verb and namespace by namespace",
  zh: "kubectl auth can-i 可以事先查出账号能做什么，精确到操作和命名空间",
  source: "ours#serviceaccount",
  references: ["https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access"],
  observe: async (look) => ({
    list: await may("reader", ["list", "pods"], look.namespace, look),
    delete: await may("reader", ["delete", "pods"], look.namespace, look),
    listElsewhere: await may("reader", ["list", "pods"], look.otherNamespaces[0] ?? "", look),
  }),
  holds: (seen) => matches(seen, { list: "yes", delete: "no", listElsewhere: "no" }),
  mutants: [{ name: "its Role has one verb more", manifest: otherwise }],
});

claim("sa.exec", {
  en: "To run a command in a Pod, an account needs the verb create on pods/exec: with get alone, which reads as if it could only look, it is refused",
  zh: "账号要在 Pod 里执行命令，必须对 pods/exec 有 create 权限；只有 get 的（听起来只能看）会被拒绝",
  source: "ours#serviceaccount",
  expect: [{ from: "1.30", before: "1.35", outcome: "refuted" }],
  because: {
    en: "kubectl used to begin an exec with POST, which RBAC treats as create. Since 1.30 it tries a WebSocket first, and that begins with GET: so until 1.34, an account that had only get could run any command. From 1.35 on, the API server checks for create as well, whichever way the request comes.",
    zh: "kubectl 过去用 POST 发起 exec，在 RBAC 看来就是 create。从 1.30 起，它先尝试 WebSocket，而 WebSocket 以 GET 开头：于是到 1.34 为止，只有 get 权限的账号也能随意执行命令。从 1.35 起，不论请求怎么来，API server 都会再查一次 create。",
  },
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verb-resource",
    "https://github.com/kubernetes/kubernetes/pull/123281",
    "https://github.com/kubernetes/kubernetes/pull/134577",
    "https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/registry/core/pod/rest/subresources.go",
  ],
  observe: (look) => execBy("onlooker", look),
  holds: ({ ran, answer }) => !ran && answer.includes('cannot create resource "pods/exec"'),
  mutants: [
    {
      name: "its Role has create as well",
      from: "1.35",
      manifest: (manifest) => {
        manifest.keep("Pod", "plain");
        manifest.object("Role", "onlooker").rules?.[1]?.verbs.push("create");
      },
    },
    {
      name: "its Role has nothing on pods/exec",
      before: "1.35",
      manifest: (manifest) => {
        manifest.keep("Pod", "plain");
        manifest.object("Role", "onlooker").rules?.pop();
      },
    },
  ],
});

claim("sa.visitor", {
  en: "A RoleBinding can let in an account of another namespace, by name and namespace",
  zh: "RoleBinding 可以授权给别的命名空间里的账号，要写明名字和命名空间",
  source: "ours#serviceaccount",
  because: {
    en: "What counts is where the RoleBinding is, not where the account lives. An account of the same name in that namespace is somebody else.",
    zh: "权限看的是 RoleBinding 在哪里，而不是账号属于哪个命名空间。那个命名空间里的同名账号，是另一个账号。",
  },
  references: ["https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-example"],
  observe: async (look) => ({
    atHome: await may("visitor", ["list", "pods"], look.namespace, look),
    elsewhere: await may("visitor", ["list", "pods"], look.otherNamespaces[0] ?? "", look),
  }),
  holds: (seen) => matches(seen, { atHome: "no", elsewhere: "yes" }),
  mutants: [{ name: "the RoleBinding names the visitor of its own namespace", manifest: otherwise }],
});

/** What stands for a container's own token in a shell command there. */
const OWN_TOKEN = "$(cat token)";

/** What a token says of itself (https://www.rfc-editor.org/rfc/rfc7519#section-4); times in seconds since 1970. */
interface Payload {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly exp?: number;
  readonly "kubernetes.io"?: {
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly warnafter?: number;
  };
}

/** The payload of a token, which is encoded, not encrypted. */
function payloadOf(token: string): Payload {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Payload;
}

/** The same without the token leaving its container: its second part in common base64, and a line for each field. */
async function payloadIn(pod: string, file: string, { kubectl, namespace }: Look): Promise<Payload> {
  const script = String.raw`(cut -d. -f2 ${file}; echo ==) | tr _- /+ | base64 -d 2> /dev/null | sed "s/,/,\n /g"`;
  const payload = await kubectl`exec ${pod} -n ${namespace} -- sh -c ${script}`;
  if (!payload.text.startsWith("{")) throw new Error(`there is no token in ${file} of Pod ${pod}`);
  return JSON.parse(payload.text) as Payload;
}

/** A shell command that asks the API server from inside a container, and prints the status of its answer. */
function request(path: string, token?: string): string {
  const authorization = token === undefined ? "" : ` -H "Authorization: Bearer ${token}"`;
  return `cd ${FOLDER} && curl -s -o /dev/null -w %{http_code} --cacert ca.crt${authorization} https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT${path}`;
}

/** The status with which the API server answers a Pod that shows its own token. */
async function statusOf(path: string, pod: string, { kubectl, namespace }: Look) {
  return (await kubectl`exec ${pod} -n ${namespace} -- sh -c ${request(path, OWN_TOKEN)}`).text;
}

/** The status with which it answers somebody who shows this token. */
async function statusWith(token: string, { kubectl, namespace }: Look) {
  return (await kubectl`exec plain -n ${namespace} -- sh -c ${request("/api", token)}`).text;
}

/** The same, asked again until it is a refusal: the API server remembers for ten seconds whom it let in. */
function untilRefused(token: string, look: Look) {
  return look.until({
    what: "the token to be refused",
    look: () => statusWith(token, look),
    until: (status) => status === "401",
    seconds: 120,
  });
}

/** The status before and after something is deleted; `status` is how it is asked for afterwards. */
async function aroundDeletion(what: readonly string[], token: string, look: Look, status: typeof statusWith) {
  const before = await statusWith(token, look);
  await look.kubectl`delete ${what} -n ${look.namespace}`;
  return { before, after: await status(token, look) };
}

/** Does something to the default account of a namespace that has nothing else, and tells which one is there then. */
async function defaultAfter(change: (namespace: string) => Promise<unknown>, look: Look) {
  const { kubectl, otherNamespaces, until } = look;
  const [, remade = ""] = otherNamespaces;
  const accounts = () =>
    kubectl`get serviceaccounts -n ${remade} -o custom-columns=NAME:.metadata.name,UID:.metadata.uid`;
  const before = await accounts();
  await change(remade);
  const after = await until({
    what: "a default account to be there",
    look: accounts,
    until: (accounts) => "NAME" in accounts.row("default"),
  });
  return { isThere: true, sameUid: after.row("default").UID === before.row("default").UID };
}

/** Tries to make a Pod under an account. */
async function strayUnder(account: string, { kubectl, namespace }: Look) {
  const overrides = JSON.stringify({ spec: { serviceAccountName: account } });
  const answer =
    await kubectl.orRefusal`run stray -n ${namespace} --image=traefik/whoami --image-pull-policy=IfNotPresent --overrides=${overrides}`;
  return { refused: answer.exitCode !== 0, answer: answer.stderr };
}

/** Tries to change a Pod. */
async function patched(change: string, { kubectl, namespace }: Look) {
  const answer = await kubectl.orRefusal`patch pod newcomer -n ${namespace} -p ${change}`;
  return { refused: answer.exitCode !== 0, answer: answer.stderr.split("\n")[0] ?? "" };
}

/** Whether a token is mounted into a Pod. */
async function hasToken(pod: string, { kubectl, namespace }: Look) {
  return (await kubectl`exec ${pod} -n ${namespace} -- ls ${FOLDER}`).text.includes("token");
}

/** What a token says that was just made for an account. */
async function created(flags: readonly string[], look: Look) {
  const { kubectl, namespace, show } = look;
  const { text: token } = await kubectl`create token reader -n ${namespace} ${flags}`;
  const payload = payloadOf(token);
  show("What the token says of itself", JSON.stringify(payload, null, 1));
  const { aud, exp = Infinity, iat, "kubernetes.io": own } = payload;
  return { aud, seconds: exp - iat, pod: own?.pod?.name ?? null };
}

/** What is said against a token that is to be good for so long; nothing when it is handed out. */
async function refusalOfDuration(duration: string, { kubectl, namespace }: Look) {
  const answer = await kubectl.orRefusal`create token reader -n ${namespace} --duration=${duration}`;
  return answer.exitCode === 0 ? "" : answer.stderr;
}

/** Who somebody is to the API server. */
async function whoIs(name: string, { kubectl, namespace }: Look) {
  const answer = await kubectl`auth whoami --as=${name}`;
  const value = (attribute: string) => answer.rows.find((row) => row.ATTRIBUTE === attribute)?.VALUE ?? "";
  return { namespace, user: value("Username"), groups: value("Groups").split(/[[\] ]+/) };
}

/** Who somebody with a token of the account reader is to the API server. */
async function userWithToken(flags: readonly string[], { kubectl, namespace }: Look) {
  const { text: token } = await kubectl`create token reader -n ${namespace}`;
  const user =
    await kubectl`auth whoami --token=${token} ${flags} -o ${"jsonpath={.status.userInfo.username}"}`;
  return { namespace, user: user.text };
}

/** What `kubectl auth can-i` answers about an account of this namespace: yes or no. */
async function may(
  account: string,
  what: readonly string[],
  where: string,
  { kubectl, namespace }: Look,
): Promise<string> {
  // With "no" kubectl ends with exit code 1.
  const answer =
    await kubectl.orRefusal`auth can-i ${what} -n ${where} --as=${`system:serviceaccount:${namespace}:${account}`}`;
  return answer.text;
}

/** Whether an account can run a command in plain, and what kubectl says otherwise. */
async function execBy(account: string, { kubectl, namespace }: Look) {
  const user = `system:serviceaccount:${namespace}:${account}`;
  const answer = await kubectl.orRefusal`exec plain -n ${namespace} --as=${user} -- echo it ran`;
  return { ran: answer.text === "it ran", answer: answer.stderr.trim() };
}

/** Grants the account newcomer from the beginning, in a namespace, what it is to get only later. */
function grantIn(namespace: string, manifest: Parameters<ManifestMutant["manifest"]>[0]) {
  const { objects } = manifest.only(["10-serviceaccount-role.yaml"]).copy();
  for (const { metadata } of objects) metadata.namespace = namespace;
  manifest.files[0]?.objects.push(...objects);
}
