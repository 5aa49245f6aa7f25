/** What a report says of a preset: what it takes for granted, with numbers and units in words. */
export interface SchedulerInfo {
  readonly assumes: readonly { readonly what: string; readonly bound: string }[];
}
