import type { DeedState } from '@deed/platform'
import { Badge } from './ui/badge.tsx'

const STATES = {
  signing: { tone: 'owed', text: 'Being signed' },
  running: { tone: 'money', text: 'Performing' },
  ended: { tone: 'plain', text: 'Ended' },
} as const

export const StateBadge = ({ state }: { state: DeedState }) => (
  <Badge tone={STATES[state].tone}>{STATES[state].text}</Badge>
)
