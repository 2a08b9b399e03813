/** Holds the place of what is being asked for, so that nothing jumps when it comes. */
export const Skeleton = ({ className = '' }: { className?: string }) => (
  <div aria-hidden="true" className={`animate-breathe rounded-lg bg-sunken ${className}`} />
)
