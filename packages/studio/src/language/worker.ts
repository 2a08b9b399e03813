import { ANSWERS, type Answers } from './answers.ts'

interface Question {
  readonly id: number
  readonly ask: keyof Answers
  readonly args: readonly never[]
}

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  const { id, ask, args } = data
  try {
    postMessage({ id, value: (ANSWERS[ask] as (...given: readonly never[]) => unknown)(...args) })
  } catch (error) {
    postMessage({ id, error: String(error) })
  }
})
