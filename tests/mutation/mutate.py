#!/usr/bin/env python3
"""Asks whether the tests notice small errors: changes one place of the engine at a time, builds, runs the tests.

A mutant is killed when a test fails or hangs, and survives when every test passes; one that does not compile, or whose
program is the same as before, is not counted. The sample depends only on the sources and the seed, and a change of one
line changes it little. Works on copies below build/mutate, never in the tree itself. What is judged stands in
build/mutate/judged.json: a run that was stopped goes on there, and only survivors are asked again (delete the file after
a change that weakens tests).
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutate"
EXPLAINED = ROOT / "tests" / "mutation" / "explained.txt"
JUDGED = WORK / "judged.json"
FOLDERS = ("engine/net", "engine/dns", "engine/proof")
# Tests that took no longer than this are asked first: most mutants fail one of them.
QUICK_SECONDS = 0.3
# A mutant of a loop may never end. Long enough for a machine that does other things as well.
QUICK_TIMEOUT_SECONDS = 30
TIMEOUT_SECONDS = 300

# nth: of the places in the file where the same line is changed in the same way.
Mutant = collections.namedtuple("Mutant", "file line before after kind nth", defaults=[0])

# (kind, pattern, replacement): spaces on both sides tell an operator from a template's brackets and from an arrow.
REPLACEMENTS = [
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("comparison", r" < ", " <= "),
    ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" >= ", " > "),
    ("priority", r" < ", " > "),
    ("priority", r" > ", " < "),
    ("logic", r" && ", " || "),
    ("logic", r" \|\| ", " && "),
    ("negation", r"\(!(?=[a-z_(])", "("),
    ("negation", r"\bif \((?=[a-z_]+\()", "if (!"),
    ("result", r"\breturn true;", "return false;"),
    ("result", r"\breturn false;", "return true;"),
    ("verdict", r"\bTernary::yes\b", "Ternary::unknown"),
    ("verdict", r"\bTernary::no\b", "Ternary::unknown"),
    ("verdict", r"\bTernary::unknown\b", "Ternary::yes"),
    ("verdict", r"\bTernary::unknown\b", "Ternary::no"),
    ("verdict", r"\bDecision::allow\b", "Decision::deny"),
    ("verdict", r"\bDecision::deny\b", "Decision::allow"),
    ("verdict", r"\bDecision::unknown\b", "Decision::allow"),
    ("verdict", r"\bDisposition::unknown\b", "Disposition::delivered"),
    ("direction", r"\bDirection::inbound\b", "Direction::outbound"),
    ("direction", r"\bDirection::outbound\b", "Direction::inbound"),
    ("arithmetic", r" \+ 1\b", ""),
    ("arithmetic", r" - 1\b", ""),
    ("quantifier", r"\bany_of\b", "all_of"),
    ("quantifier", r"\ball_of\b", "any_of"),
    ("quantifier", r"\bnone_of\b", "any_of"),
]
# A statement of its own on one line: a call, `continue;` or `return;`.
STATEMENT = re.compile(r"^\s*(?:if \(.*\) )?(continue;|return;|[a-z_][\w.]*(?:->\w+)?\((?:[^;{}]*)\);)\s*$")
CLAUSE = re.compile(r" (&&|\|\|) ")


def blanked(line):
    """The line with texts and comments blanked, so that nothing in them is taken for code."""
    line = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: '"' + "_" * (len(m.group()) - 2) + '"', line)
    cut = line.find("//")
    return line if cut < 0 else line[:cut] + " " * (len(line) - cut)


def end_of_clause(code, start):
    """Where the operand that starts at `start` ends on this line; None when it goes on below."""
    depth = 0
    for i in range(start, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            if depth == 0:
                return i
            depth -= 1
        elif depth == 0 and (code[i] in ";?," or code.startswith((" && ", " || "), i)):
            return i
    return None


def mutants_of_line(file, number, line):
    code = blanked(line)
    if code.lstrip().startswith(("#", "template", "namespace", "using ")) or "static_assert" in code:
        return
    for kind, pattern, replacement in REPLACEMENTS:
        for found in re.finditer(pattern, code):
            after = line[: found.start()] + replacement + line[found.end() :]
            yield Mutant(file, number, line, after, kind)
    for found in CLAUSE.finditer(code):
        end = end_of_clause(code, found.end())
        if end is not None:
            yield Mutant(file, number, line, line[: found.start()] + line[end:], "clause")
    statement = STATEMENT.match(code)
    if statement:
        after = line[: statement.start(1)] + ";" + line[statement.end(1) :]
        yield Mutant(file, number, line, after, "statement")


def all_mutants():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.cpp")):
            file = str(path.relative_to(ROOT))
            seen = collections.Counter()
            for number, line in enumerate(path.read_text().split("\n"), 1):
                for mutant in mutants_of_line(file, number, line):
                    yield mutant._replace(nth=seen[key(mutant)])
                    seen[key(mutant)] += 1


def sample(mutants, count, seed):
    """`count` mutants, spread evenly over the kinds; of one place only one."""
    by_kind = collections.defaultdict(list)
    for mutant in mutants:
        by_kind[mutant.kind].append(mutant)
    for kind in by_kind:
        by_kind[kind].sort(key=lambda mutant: hashlib.sha256(f"{seed}\n{key(mutant)}".encode()).digest())
    chosen, places = [], set()
    while len(chosen) < count and any(by_kind.values()):
        for kind in sorted(by_kind):
            while by_kind[kind]:
                mutant = by_kind[kind].pop()
                if (mutant.file, mutant.line) not in places:
                    places.add((mutant.file, mutant.line))
                    chosen.append(mutant)
                    break
    return chosen[:count]


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


class Worker:
    """A copy of the sources with a build of its own. Shared libraries: a mutant relinks one library and no test."""

    def __init__(self, number, skipped):
        self.skipped = ["-E", skipped] if skipped else []
        self.source = WORK / f"worker-{number}"
        self.build = self.source / "build" / "dev"
        self.quick = ""

    def copy(self):
        listed = run(["git", "ls-files", "-z"], cwd=ROOT).stdout.split("\0")
        for name in filter(None, listed):
            target = self.source / name
            if (ROOT / name).is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists() or target.read_bytes() != (ROOT / name).read_bytes():
                    shutil.copy(ROOT / name, target)  # newer than what was built of it

    def prepare(self):
        shared = os.environ.get("HUBPROOF_SHARED_DIR", str(ROOT.parent / "shared"))
        configure = ["cmake", "--preset", "dev", "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON",
                     "-DCMAKE_POSITION_INDEPENDENT_CODE=ON", "-DHUBPROOF_WERROR=OFF",
                     f"-DHUBPROOF_SHARED_DIR={shared}"]
        if os.environ.get("CCACHE"):
            configure.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        for command in (configure, ["cmake", "--build", str(self.build)]):
            done = run(command, cwd=self.source)
            if done.returncode != 0:
                sys.exit(f"error: the unchanged sources do not build:\n{done.stdout[-3000:]}")

    def find_quick_tests(self):
        """The pattern of the tests that are quick when nothing is changed."""
        passed, shown = self.ctest(self.skipped, TIMEOUT_SECONDS)
        if not passed:
            sys.exit(f"error: the unchanged sources fail their tests: {shown}")
        costs = self.build / "Testing" / "Temporary" / "CTestCostData.txt"
        rows = [line.split() for line in costs.read_text().split("---")[0].splitlines()]
        return "^(" + "|".join(name for name, _, seconds in rows if float(seconds) <= QUICK_SECONDS) + ")$"

    def test(self):
        """Whether all tests pass, and what failed."""
        passed, shown = self.ctest(["-R", self.quick, *self.skipped], QUICK_TIMEOUT_SECONDS)
        if not passed:
            return False, shown
        others = "|".join([self.quick, *self.skipped[1:]])
        return self.ctest(["-E", others], TIMEOUT_SECONDS)

    def ctest(self, which, timeout):
        done = run(["ctest", "--test-dir", str(self.build), "--stop-on-failure", "--timeout", str(timeout), *which])
        failed = re.findall(r"^\s*\d+ - (\S+) \((.*)\)", done.stdout, re.M)
        return done.returncode == 0, ", ".join(f"{name} ({how})" for name, how in failed) or done.stdout[-300:]

    def libraries(self):
        digest = hashlib.sha256()
        for library in sorted(self.build.glob("engine/**/*.o")):
            digest.update(library.read_bytes())
        return digest.hexdigest()

    def judge(self, mutant, unchanged):
        path = self.source / mutant.file
        original = path.read_text()
        lines = original.split("\n")
        assert lines[mutant.line - 1] == mutant.before
        lines[mutant.line - 1] = mutant.after
        path.write_text("\n".join(lines))
        try:
            if run(["cmake", "--build", str(self.build), "--target", "all"]).returncode != 0:
                return "does not compile", ""
            if self.libraries() == unchanged:
                return "same program", ""
            passed, shown = self.test()
            return ("survives", "") if passed else ("killed", shown)
        finally:
            path.write_text(original)


def explained():
    """{(file, trimmed line, trimmed mutant): reason} of survivors that have been looked at."""
    reasons = {}
    if not EXPLAINED.exists():
        return reasons
    for block in EXPLAINED.read_text().split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if not lines:
            continue
        if len(lines) < 4:
            sys.exit(f"error: {EXPLAINED}: a block needs a file, a line, the mutant and a reason; met: {lines}")
        reasons[tuple(line.strip() for line in lines[:3])] = " ".join(line.strip() for line in lines[3:])
    return reasons


def key(mutant):
    return "\n".join((mutant.file, str(mutant.nth), mutant.before.strip(), mutant.after.strip()))


def judge_all(chosen, workers):
    judged = json.loads(JUDGED.read_text()) if JUDGED.exists() else {}
    results, lock = {}, threading.Lock()
    waiting = queue.Queue()
    for index, mutant in enumerate(chosen):
        known = judged.get(key(mutant))
        if known and known[0] != "survives":
            results[index] = known
        else:
            waiting.put((index, mutant))

    def work(worker):
        unchanged = worker.libraries()
        while True:
            try:
                index, mutant = waiting.get_nowait()
            except queue.Empty:
                return
            outcome, by = worker.judge(mutant, unchanged)
            with lock:
                results[index] = judged[key(mutant)] = (outcome, by)
                JUDGED.write_text(json.dumps(judged, indent=1))
                print(f"[{len(results)}/{len(chosen)}] {outcome}: {mutant.file}:{mutant.line} {mutant.kind} {by}",
                      file=sys.stderr, flush=True)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[i] for i in range(len(chosen))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=200, help="mutants to try (200)")
    parser.add_argument("--seed", default="1", help="another sample (1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="copies that build and test side by side")
    parser.add_argument("--skip", default="", metavar="REGEX",
                        help="tests that are not asked: quicker, and what survives may be noticed by one of them")
    parser.add_argument("--list", action="store_true", help="print the sample and stop")
    options = parser.parse_args()

    chosen = sample(all_mutants(), options.count, options.seed)
    if options.list:
        for mutant in chosen:
            print(f"{mutant.file}:{mutant.line} {mutant.kind}\n- {mutant.before.strip()}\n+ {mutant.after.strip()}")
        return 0
    workers = [Worker(number, options.skip) for number in range(max(1, options.workers))]
    for worker in workers:  # all from the same sources, whatever is edited meanwhile
        worker.copy()
    for worker in workers:
        worker.prepare()
    quick = workers[0].find_quick_tests()
    for worker in workers:
        worker.quick = quick
    results = judge_all(chosen, workers)

    reasons = explained()
    tally = collections.Counter(outcome for outcome, _ in results)
    known = 0
    for mutant, (outcome, _) in zip(chosen, results):
        if outcome != "survives":
            continue
        reason = reasons.get((mutant.file, mutant.before.strip(), mutant.after.strip()))
        known += reason is not None
        print(f"survives: {mutant.file}:{mutant.line} ({mutant.kind})\n- {mutant.before.strip()}\n"
              f"+ {mutant.after.strip()}\n  {reason or 'not explained'}")
    counted = tally["killed"] + tally["survives"]
    share = 100.0 * tally["killed"] / counted if counted else 0.0
    print(f"{len(chosen)} mutants (seed {options.seed}): {tally['killed']} killed, {tally['survives']} survive "
          f"({known} explained), {tally['does not compile']} do not compile, {tally['same program']} are the same "
          f"program; {share:.1f} % killed")
    return 0 if counted and share >= 95.0 else 1


if __name__ == "__main__":
    sys.exit(main())
