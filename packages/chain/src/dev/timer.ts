/** Mines by the wall clock. A block that takes longer than the interval is waited for, not overtaken. */
export interface Timer {
  /** Milliseconds between blocks; zero stops it. */
  set(intervalMs: number): void
}

export const createTimer = (mine: () => Promise<unknown>, warn: (error: Error) => void): Timer => {
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    set(intervalMs) {
      clearInterval(timer)
      timer = undefined
      if (intervalMs === 0) return
      let isBusy = false
      timer = setInterval(() => {
        if (isBusy) return
        isBusy = true
        mine()
          .catch(warn)
          .finally(() => {
            isBusy = false
          })
      }, intervalMs)
    },
  }
}
