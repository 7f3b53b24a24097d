/** Waiting, with the seconds told. */

// What a busy service says, and so often it is asked again by itself.
export const BUSY = new Set([429, 503]);
export const ATTEMPTS = 4;

/**
 * @param {number} seconds @param {(left: number) => void} tell Each second.
 * @param {AbortSignal} [signal] Ends it early, without an error.
 * @returns {Promise<void>}
 */
export async function countdown(seconds, tell, signal) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const left = end - Date.now();
    if (left <= 0 || signal?.aborted) return;
    tell(Math.ceil(left / 1000));
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(left, 1000));
      signal?.addEventListener("abort", () => (clearTimeout(timer), resolve(undefined)), { once: true });
    });
  }
}
