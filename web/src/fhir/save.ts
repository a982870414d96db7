import { normalizeOperationOutcome } from '@medplum/core';
import type { MedplumClient, WithId } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { UseMutationResult } from '@tanstack/react-query';
import { useAction } from './operations.ts';

/** Somebody else saved another version of what was being edited. */
export interface Conflict<T extends Resource> {
  readonly mine: WithId<T>;
  readonly theirs: WithId<T>;
}

interface Saving<T extends Resource> {
  /** Resolves with what was saved, or with undefined where there is a conflict to settle first. */
  readonly save: UseMutationResult<WithId<T> | undefined, unknown, WithId<T>>;
  readonly conflict: Conflict<T> | undefined;
  /** Forgets the conflict: theirs stays. */
  readonly settle: () => void;
}

/**
 * Saves an edited resource, unless somebody else has changed it since it was loaded (`If-Match`).
 * @param options - `quiet` where the page shows the error itself; `also` the types of searches that it was loaded with.
 */
export function useSave<T extends Resource>(
  type: T['resourceType'],
  { quiet = false, also = [] }: { readonly quiet?: boolean; readonly also?: readonly ResourceType[] } = {},
): Saving<T> {
  const medplum = useMedplum();
  const [conflict, setConflict] = useState<Conflict<T>>();
  const save = useAction(
    async (mine: WithId<T>) => {
      try {
        const saved = await updateIfUnchanged(medplum, mine);
        setConflict(undefined);
        return saved;
      } catch (thrown) {
        if (normalizeOperationOutcome(thrown).id !== 'precondition-failed') {
          throw thrown;
        }
        const theirs = (await medplum.readResource(mine.resourceType, mine.id, { cache: 'no-store' })) as WithId<T>;
        setConflict({ mine, theirs });
        return undefined;
      }
    },
    { changes: [type, ...also], quiet },
  );
  return { save, conflict, settle: () => setConflict(undefined) };
}

/** @throws OperationOutcomeError `precondition-failed` where somebody else has changed it since it was loaded. */
export function updateIfUnchanged<T extends Resource>(medplum: MedplumClient, resource: WithId<T>): Promise<WithId<T>> {
  return medplum.updateResource<T>(resource, { headers: { 'If-Match': `W/"${resource.meta?.versionId}"` } });
}
