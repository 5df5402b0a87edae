import { describe, expect, test } from "vitest";
import { checkVersion, findPulumi } from "../../../scripts/deploy/find-pulumi.ts";

describe("the Pulumi CLI is found", () => {
  const windows = {
    Path: String.raw`C:\Windows;"C:\Program Files\Pulumi";C:\tools`,
    PATHEXT: ".COM;.EXE;.BAT;.CMD",
    USERPROFILE: String.raw`C:\Users\ada`,
  };
  const posix = { PATH: "/usr/bin::/opt/pulumi", HOME: "/h/ada" };

  test.each([
    ["linux", posix, ["/opt/pulumi/pulumi"], "/opt/pulumi/pulumi"],
    ["darwin", posix, ["/p/node_modules/.bin/pulumi", "/h/ada/.pulumi/bin/pulumi"], "/p/node_modules/.bin/pulumi"],
    ["linux", posix, ["/h/ada/.pulumi/bin/pulumi"], "/h/ada/.pulumi/bin/pulumi"],
    [
      "win32",
      windows,
      [String.raw`C:\Program Files\Pulumi\pulumi.exe`, String.raw`C:\tools\pulumi.exe`],
      String.raw`C:\Program Files\Pulumi\pulumi.exe`,
    ],
    ["win32", windows, [String.raw`C:\tools\pulumi.cmd`, String.raw`C:\tools\pulumi.exe`], String.raw`C:\tools\pulumi.exe`],
    ["win32", windows, [String.raw`\p\node_modules\.bin\pulumi.cmd`], String.raw`\p\node_modules\.bin\pulumi.cmd`],
    ["win32", windows, [String.raw`C:\Users\ada\.pulumi\bin\pulumi.exe`], String.raw`C:\Users\ada\.pulumi\bin\pulumi.exe`],
    ["win32", { Path: windows.Path }, [String.raw`C:\tools\pulumi.cmd`], String.raw`C:\tools\pulumi.cmd`],
  ] as const)("%s: %j with %j", (platform, env, programs: readonly string[], found) => {
    expect(findPulumi("/p", env, platform, (file) => programs.includes(file))).toBe(found);
  });

  test.each([
    ["linux", "curl -fsSL https://get.pulumi.com | sh"],
    ["darwin", "brew install pulumi/tap/pulumi"],
    ["win32", "winget install Pulumi.Pulumi"],
  ] as const)("or how to install it is said: %s", (platform, line) => {
    const look = () => findPulumi("/p", {}, platform, () => false);

    expect(look).toThrow(`The Pulumi CLI was not found on the PATH: install it (${line}) and open a new terminal.`);
  });

  test("but neither a folder nor a file that cannot be run", () => {
    const look = () => findPulumi("/p", { PATH: new URL(".", import.meta.url).pathname }, "linux");

    expect(look).toThrow("was not found");
  });
});

describe("the version of the Pulumi CLI", () => {
  test.each(["v3.61.0", "v3.61.1\n", "3.62.0", "v3.203.0-alpha.1+abc", "v4.0.0"])("%s will do", (version) => {
    expect(() => checkVersion("pulumi", version, "linux")).not.toThrow();
  });

  test.each([
    ["v3.60.9", "3.60.9"],
    ["v2.90.0", "2.90.0"],
    ["v3.9.100\n", "3.9.100"],
  ])("%s is too old", (version, said) => {
    expect(() => checkVersion("pulumi", version, "linux")).toThrow(
      `Pulumi ${said} is too old for this project, which needs 3.61.0 or newer: install it anew (curl -fsSL https://get.pulumi.com | sh).`,
    );
  });

  test.each(["", "Usage: pulumi", "version 3.99.0"])("%j is none", (version) => {
    expect(() => checkVersion("/usr/bin/pulumi", version, "linux")).toThrow(
      "/usr/bin/pulumi is not the Pulumi CLI, or is broken: install it anew (curl -fsSL https://get.pulumi.com | sh).",
    );
  });
});
