import type { ReactNode } from 'react'

const TONES = {
  plain: 'bg-sunken text-muted',
  money: 'bg-money-soft text-money',
  owed: 'bg-owed-soft text-owed',
  seal: 'bg-seal-soft text-seal',
} as const

export const Badge = ({ tone = 'plain', children }: { tone?: keyof typeof TONES; children: ReactNode }) => (
  <span
    className={`inline-flex shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 py-0.5 text-xs font-medium ${TONES[tone]}`}
  >
    {children}
  </span>
)
