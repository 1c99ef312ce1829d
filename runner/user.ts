/** Whose rights boxes have. Nothing of a cell ever runs as root. */

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user of boxes where the runner was started as root without `sudo`. A number of the range that no distribution gives out
 * (systemd, "Users, Groups, UIDs and GIDs on systemd systems": 60578 to 61183 are unused), so that it shares no process, file or
 * limit with anybody; `nobody` (65534) is what daemons and NFS use, and how a user namespace shows every foreign file.
 */
const unusedId = 60_999;

/** The user that boxes run as, or null: as ourselves. */
export function chooseBoxUser(uid = process.getuid?.() ?? 0, env: NodeJS.ProcessEnv = process.env): User | null {
  if (uid !== 0) return null;
  const sudo = { uid: Number(env["SUDO_UID"]), gid: Number(env["SUDO_GID"]) };
  if (Number.isSafeInteger(sudo.uid) && Number.isSafeInteger(sudo.gid) && sudo.uid > 0 && sudo.gid > 0) return sudo;
  return { uid: unusedId, gid: unusedId };
}

/** Gives up root for good, in every thread of this process. Does nothing where we are not root. */
export function dropRoot(): void {
  const user = chooseBoxUser();
  if (user === null) return;
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
