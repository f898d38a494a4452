/** Seconds after which a test takes what it waits for as hanging: a guard, far longer than a busy machine takes. */
export const PATIENCE = 150;
