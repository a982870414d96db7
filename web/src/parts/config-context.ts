import { createContext, useContext } from 'react';
import type { WebConfig } from '../config.ts';

export const ConfigContext = createContext<WebConfig | undefined>(undefined);

/** Which server the pages are for. */
export function useConfig(): WebConfig {
  const config = useContext(ConfigContext);
  if (!config) {
    throw new Error('The pages were shown without their configuration.');
  }
  return config;
}
