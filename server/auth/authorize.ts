import type { ClientApplication } from '@medplum/fhirtypes';
import { queryOf, text, toRecord } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { fieldsOf, textOf } from '../people/fields.ts';
import { findClient, isRedirectUri } from './clients.ts';
import { systemContext } from './session.ts';
import type { Repositories } from './session.ts';

export interface AuthorizeOptions {
  baseUrl: string;
  /** Where the app with the sign-in page is. */
  appBaseUrl: string;
  repositories: Repositories;
}

/**
 * `/oauth2/authorize`: an app sends a person here to sign in. What is wrong with the app is said to the person, what is
 * wrong with its request to the app; a request that is right goes on to the sign-in page, with all its parameters.
 */
export async function authorize(request: ApiRequest, options: AuthorizeOptions): Promise<ApiResponse> {
  const given = request.method === 'POST' ? fieldsOf(request.body) : toRecord(queryOf(request));
  const params = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
  const client = await findClient(options.repositories, params.client_id ?? '');
  const refusal = client ? refusedUri(client, params.redirect_uri) : 'Client not found';
  if (!client || refusal !== undefined) {
    return text(400, refusal ?? 'Client not found');
  }
  const scope = textOf(params.scope) ?? client.defaultScope?.join(' ');
  const error = await errorOf({ ...params, ...(scope !== undefined && { scope }) }, client, options);
  if (error) {
    const [code, description] = error;
    return redirect(params.redirect_uri as string, {
      error: code,
      error_description: description,
      state: params.state ?? '',
    });
  }
  return redirect(`${options.appBaseUrl}/oauth`, { ...params, scope: scope as string });
}

/** Why a person is not sent back to where the app says; undefined where they are. */
export function refusedUri(client: ClientApplication, redirectUri: string | undefined): string | undefined {
  if (!redirectUri) {
    return 'Missing redirect URI';
  }
  return URL.canParse(redirectUri) && isRedirectUri(client, redirectUri) ? undefined : 'Invalid redirect URI';
}

async function errorOf(
  params: Readonly<Record<string, string>>,
  client: ClientApplication,
  options: AuthorizeOptions,
): Promise<[code: string, description: string] | undefined> {
  if (!params.scope) {
    return ['invalid_request', 'Missing scope'];
  }
  if (params.response_type !== 'code') {
    return ['unsupported_response_type', 'Invalid response type'];
  }
  if (params.request) {
    return ['request_not_supported', 'Unsupported request parameter'];
  }
  if (params.aud && !isThisServer(params.aud, options.baseUrl)) {
    return ['invalid_request', 'Invalid audience'];
  }
  if (params.code_challenge && !params.code_challenge_method) {
    return ['invalid_request', 'Missing code challenge method'];
  }
  if (params.launch && !(await isLaunch(params.launch, client, options.repositories))) {
    return ['invalid_request', 'Invalid launch'];
  }
  if (params.prompt === 'none') {
    // Nobody stays signed in with the server itself.
    return ['login_required', 'Login required'];
  }
  return undefined;
}

function isThisServer(audience: string, baseUrl: string): boolean {
  return URL.canParse(audience) && new URL(audience).origin === new URL(baseUrl).origin;
}

async function isLaunch(launch: string, client: ClientApplication, repositories: Repositories): Promise<boolean> {
  const reference = { reference: `SmartAppLaunch/${launch}` };
  const [found] = await repositories(systemContext(client.meta?.project)).readReferences([reference]);
  return found !== undefined && !(found instanceof Error);
}

function redirect(to: string, params: Readonly<Record<string, string>>): ApiResponse {
  const url = new URL(to);
  for (const [name, value] of Object.entries(params)) {
    url.searchParams.set(name, value);
  }
  const location = url.toString();
  const response = text(302, `Found. Redirecting to ${location}`);
  return { ...response, headers: { ...response.headers, location, 'cache-control': 'no-store' } };
}
