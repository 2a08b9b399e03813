import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,contracts,examples,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
