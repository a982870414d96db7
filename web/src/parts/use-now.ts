import { useEffect, useState } from 'react';

/** The present time, anew every so many milliseconds: for what runs out or begins while somebody looks at it. */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
