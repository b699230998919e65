/** The article's Pod, with its namespace: what `pod` and `checks` apply. */
export const ARTICLE_POD = {
  manifest: "01-pod.yaml",
  namespace: "whoami",
  selector: "app.kubernetes.io/name=whoami",
} as const;
