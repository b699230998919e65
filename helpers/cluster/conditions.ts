/** The part of a condition, of whatever kind of object, that says whether it holds. */
export interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Whether an object's conditions say that this one is True. */
export function isTrue(conditions: readonly Condition[] | undefined, wanted: string): boolean {
  return conditions?.some(({ type, status }) => type === wanted && status === "True") ?? false;
}
