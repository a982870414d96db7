import { expect, test } from '@jest/globals';
import { json } from './messages.ts';
import { RouteTable } from './router.ts';

const table = new RouteTable(
  ['/admin/projects/:projectId', '/admin/projects/:projectId/members/:id', '/'].map((path) => ({
    method: 'GET',
    path,
    handle: async () => json(200, path),
  })),
);

function match(url: string, method = 'GET') {
  const found = table.match({ method, url, headers: {}, body: undefined });
  return found && { path: found.route.path, params: found.params };
}

test('a path gives what its open places hold, and no other path matches it', () => {
  expect(match('/admin/projects/1?x=y')).toEqual({ path: '/admin/projects/:projectId', params: { projectId: '1' } });
  expect(match('/admin/projects/1/members/2')?.params).toEqual({ projectId: '1', id: '2' });
  expect(match('/')?.path).toBe('/');
  expect(match('/admin/projects/')).toBeUndefined();
  expect(match('/admin/projects/1/more')).toBeUndefined();
  expect(match('/admin/projects/1', 'POST')).toBeUndefined();
});
