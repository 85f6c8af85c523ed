import type {Authorization} from './authorization.ts';
import {readJson} from './json-body.ts';
import type {Api, Exchange} from './router.ts';
import type {Shown} from './shown.ts';

/** Path of the backup, without the secrets, and of its restoring. */
const PATH = '/api/backup';
/** Longest body that restores one: as long a configuration as is read at the start, as JSON writes it, with its secrets; bytes. */
const MAX_RESTORE_BYTES = 4 * 1024 * 1024;

/** The configuration as a file to be kept, and put back. The station starts anew with it, never during a call. */
export function addBackupApi(
  api: Api,
  {station, settings, updates, restart}: Pick<Shown, 'station' | 'settings' | 'updates' | 'restart'>,
  authorization: Authorization,
): void {
  api.on('GET', PATH, ({request, response, fail}) => {
    // More than the status tells: whoever may only look may not have it.
    if (!authorization.standing(request).mayChange) {
      return fail({status: 403, detail: 'The backup is for who may change something. Set a password first.'});
    }
    const backup = settings.backup();
    if (!backup.ok) return fail({status: 500, detail: backup.error.text});
    const {name, version} = station.status();
    const body = `${head(name, version, backup.value.secrets)}${backup.value.text}`;
    response.writeHead(200, {
      'Content-Type': 'application/yaml; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Content-Disposition': `attachment; filename="doorline-${fileName(name)}.yaml"`,
      'Cache-Control': 'no-store',
    });
    response.end(body);
  });

  api.on('POST', PATH, async (exchange) => {
    const body = await readJson(exchange.request, MAX_RESTORE_BYTES);
    if (!body.ok) return exchange.fail(body.error);
    const given = readRestore(body.value);
    if (!given) {
      const detail = 'The body must be {"backup": "…", "secrets": {"NAME": "…"}}; "secrets" may be left out.';
      return exchange.fail({status: 400, detail});
    }
    const inCall = station.status().state === 'idle' ? undefined : 'There is a call; hang up first.';
    const busy = inCall ?? updates?.updater.whyBusy;
    if (busy !== undefined) return exchange.fail({status: 409, detail: busy});
    restore(exchange, given);
  });

  function restore(
    {request, json, fail}: Exchange,
    {backup, secrets}: {backup: string; secrets: Record<string, string>},
  ): void {
    const restored = settings.restore(backup, secrets);
    if (!restored.ok) {
      const {code, text, missing} = restored.error;
      fail({status: code === 'disk' ? 500 : 400, detail: text, ...(missing && {members: {missing}})});
      return;
    }
    station.restored(`the web page at ${request.socket.remoteAddress ?? 'an unknown address'}`);
    json({restarts: restart()});
  }
}

function head(name: string, version: string, secrets: readonly string[]): string {
  const left =
    secrets.length === 0
      ? 'There are no passwords and codes in it.'
      : `To be entered when it is restored: ${secrets.join(', ')}.`;
  return `# Backup of the Doorline station ${JSON.stringify(name)}, version ${version}.\n# ${left}\n`;
}

/** Letters and digits of a name, for a file. */
function fileName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'station'
  );
}

function readRestore(body: unknown): {backup: string; secrets: Record<string, string>} | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const {backup, secrets = {}, ...others} = body as Record<string, unknown>;
  const known =
    typeof secrets === 'object' && secrets !== null && !Array.isArray(secrets) ? secrets : undefined;
  if (typeof backup !== 'string' || !known || Object.keys(others).length > 0) return undefined;
  if (!Object.values(known).every((one) => typeof one === 'string' && one.length <= 256)) return undefined;
  return {backup, secrets: known as Record<string, string>};
}
