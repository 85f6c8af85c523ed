/** A file or folder of an initial RAM disk. */
export interface Entry {
  readonly path: string;
  /** File type and permissions, as in a file's status. */
  readonly mode: number;
  readonly content: Buffer;
}

export const FOLDER = 0o040755;
export const PROGRAM = 0o100755;
export const FILE = 0o100644;

/** What the kernel unpacks: cpio's format "newc", with its numbers in hexadecimal and everything padded to four bytes. */
export function archive(entries: readonly Entry[]): Buffer {
  const records = [...entries, {path: 'TRAILER!!!', mode: 0, content: Buffer.alloc(0)}];
  return Buffer.concat(
    records.flatMap(({path, mode, content}, index) => {
      const name = Buffer.from(`${path}\0`);
      const numbers = [index + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
      const header = `070701${numbers.map((one) => one.toString(16).padStart(8, '0')).join('')}`;
      return [...padded(Buffer.concat([Buffer.from(header), name])), ...padded(content)];
    }),
  );
}

function padded(bytes: Buffer): Buffer[] {
  return [bytes, Buffer.alloc(-bytes.length & 3)];
}
