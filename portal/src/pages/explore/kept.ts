/** What the editor keeps: for this tab alone, and for this person alone, since queries name people and companies. */

/** The browser's session storage, seen through a prefix. */
export class Kept {
  constructor(
    private readonly person: string,
    private readonly storage: Storage = sessionStorage,
  ) {}

  get length(): number {
    return this.keys().length;
  }

  getItem(key: string): string | null {
    return this.storage.getItem(this.prefix + key);
  }

  setItem(key: string, value: string): void {
    this.storage.setItem(this.prefix + key, value);
  }

  removeItem(key: string): void {
    this.storage.removeItem(this.prefix + key);
  }

  clear(): void {
    for (const key of this.keys()) this.storage.removeItem(key);
  }

  private get prefix(): string {
    return `baygate-explore:${this.person}:`;
  }

  private keys(): string[] {
    return Object.keys(this.storage).filter((key) => key.startsWith(this.prefix));
  }
}
