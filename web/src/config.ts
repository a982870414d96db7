/** Which Medplum server the pages are for; `config.json` beside `index.html`. */
export interface WebConfig {
  /** With a slash at its end, such as `https://api.example.com/`. */
  readonly baseUrl: string;
  /** A ClientApplication for signing in, where the server wants one. */
  readonly clientId?: string;
  /** The project that people sign in to, unless they ask for another one; patients can sign in to no other way. */
  readonly projectId?: string;
}

/** @throws Error where `config.json` is not there or names no server. */
export async function loadConfig(): Promise<WebConfig> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  const config = response.ok ? ((await response.json()) as Partial<WebConfig>) : {};
  if (typeof config.baseUrl !== 'string') {
    throw new Error('config.json names no server (baseUrl).');
  }
  return { ...config, baseUrl: config.baseUrl };
}
