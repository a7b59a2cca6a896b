#!/usr/bin/env bash
# The one front door of Millrace: builds what is stale, then becomes the JVM that was asked for.
#
#   start, stat, topics, produce and most others   go to io.millrace.tools.Millrace, by exec: this id is the JVM's
#   test, fmt, perf, build                         are answered here
#
# What is built lies in target/run/<build>/ (a folder per build, so that a broker that is running keeps its jars while
# a newer one is built) and target/run/current names the newest. Relative paths, ./data too, belong to the caller's
# working directory, not to this script's.
set -euo pipefail

home="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
readonly home
readonly java_wanted=25
readonly files_min=64
readonly runs="$home/target/run"

say() { printf 'millrace: %s\n' "$*" >&2; }

die() {
    say "$1"
    exit "${2:-1}"
}

# A JVM that cannot open its own jars says so in a hundred lines; a broker itself tells of what it lacks beyond these.
files="$(ulimit -n)"
if [[ $files != unlimited ]] && ((files < files_min)); then
    die "too few open files allowed: $files, expected at least $files_min; raise the limit (ulimit -n, or LimitNOFILE of a service)"
fi

# ---------------------------------------------------------------------------------------------------------- the JDK

# The major version of the JDK in a folder, from its release file: no JVM is started to find out.
jdk_major() {
    local line
    [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
            printf '%s' "${BASH_REMATCH[1]}"
            return 0
        fi
    done <"$1/release"
    return 1
}

jdk_candidates() {
    local on_path
    printf '%s\n' "${MILLRACE_JAVA_HOME:-}" "${JAVA_HOME:-}"
    if on_path="$(command -v javac 2>/dev/null)"; then
        on_path="$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")"
        printf '%s\n' "${on_path%/bin/javac}"
    fi
    printf '%s\n' /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk* /opt/* /opt/java/* \
        /opt/jdk/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
        "$HOME"/.local/share/mise/installs/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
    if [[ -x /usr/libexec/java_home ]]; then
        /usr/libexec/java_home -v "$java_wanted" 2>/dev/null || true
    fi
}

# Takes the first JDK of the wanted version; a newer one only where there is none. Sets jdk.
find_jdk() {
    local candidate major newer='' seen=''
    while IFS= read -r candidate; do
        major="$(jdk_major "$candidate")" || continue
        if ((major == java_wanted)); then
            jdk="$candidate"
            return
        elif ((major > java_wanted)); then
            newer="${newer:-$candidate}"
        fi
        case " $seen " in *" $major "*) ;; *) seen="${seen:+$seen }$major" ;; esac
    done < <(jdk_candidates)
    [[ -n $newer ]] || die "needs a JDK $java_wanted, found ${seen:-none}: install one, or set JAVA_HOME to it"
    jdk="$newer"
}

# -------------------------------------------------------------------------------------------------------- the build

find_maven() {
    command -v mvn >/dev/null 2>&1 || die "needs Maven (mvn on the PATH) to build: install the package maven"
}

# Runs Maven in the project's folder, in a subshell: the caller's working directory stays what it is.
maven() {
    (
        cd "$home"
        # Maven's own libraries use sun.misc.Unsafe; nobody who builds Millrace can do anything about that.
        exec env JAVA_HOME="$jdk" MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
            mvn --batch-mode --no-transfer-progress "$@"
    )
}

# True if anything that goes into the jars is newer than the stamp; folders count, so that deletions do too.
is_stale() {
    local stamp="$1" module input
    shift
    [[ -e $stamp ]] || return 0
    local -a inputs=("$home/pom.xml")
    for module in "$@"; do
        inputs+=("$home/$module/pom.xml")
        for input in "$home/$module/src/main" "$home/$module/src/jmh"; do
            [[ ! -d $input ]] || inputs+=("$input")
        done
    done
    [[ -n "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]]
}

# One build at a time for one checkout. The lock goes with the file descriptor, so a killed build leaves none behind.
lock_build() {
    mkdir -p "$home/target"
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$home/target/build.lock"
        if ! flock -n 9; then
            say "waiting for another build of this folder to end"
            flock 9
        fi
    fi
}

unlock_build() { exec 9>&-; }

# Puts the jars of a fresh build where nothing later will change them, and the link to them last.
publish_run() {
    local from="$1" name="$2" run
    run="$runs/$(date +%Y%m%d-%H%M%S)-$$-$name"
    mkdir -p "$run"
    cp "$home/$from"/target/lib/*.jar "$home/$from/target/$from"-*.jar "$run/"
    ln -s "${run##*/}" "$runs/$name.$$"
    mv -f -T "$runs/$name.$$" "$runs/$name" 2>/dev/null || { rm -f "$runs/$name" && mv -f "$runs/$name.$$" "$runs/$name"; }
    drop_unused_runs "$name" "$run"
}

# Removes what earlier builds left, unless a JVM still runs from it: that one holds a shared lock on its folder.
drop_unused_runs() {
    local old
    command -v flock >/dev/null 2>&1 || return 0
    for old in "$runs"/*-"$1"; do
        [[ $old == "$2" ]] || flock -n "$old" rm -rf "$old" || true
    done
}

# Sets run_folder to the newest build, and holds it for as long as the JVM lives that this shell is about to become.
enter_run() {
    run_folder="$(cd -P "$runs/$1" && pwd)"
    command -v flock >/dev/null 2>&1 || return 0
    exec 8<"$run_folder"
    flock -s 8
    # A newer build may have come between the two lines above.
    [[ "$(cd -P "$runs/$1" && pwd)" == "$run_folder" ]] || enter_run "$1"
}

# build <module> <link>: brings target/run/<link> up to date with the sources of the module and all it depends on.
build() {
    local module="$1" link="$2" stamp began
    local -a modules=(codec-sbe engine net tools)
    [[ $module == perf ]] && modules+=(perf)
    stamp="$runs/$link.stamp"
    [[ -z ${MILLRACE_SKIP_BUILD:-} || ! -d $runs/$link ]] || return 0
    if [[ -d $runs/$link ]] && ! is_stale "$stamp" "${modules[@]}"; then return 0; fi

    find_maven
    lock_build
    if [[ ! -d $runs/$link ]] || is_stale "$stamp" "${modules[@]}"; then
        began=$SECONDS
        say "building with $jdk (the first time takes a minute or two) …"
        mkdir -p "$runs"
        : >"$stamp.new"
        # What an older state of the sources depended on must not stay on the class path.
        rm -rf "$home/$module/target/lib" "$home/$module/target/$module"-*.jar
        maven -pl "$module" -am package -Dmaven.test.skip=true -Dstyle.color=never 2>&1 | progress ||
            die "the build failed (what Maven said is in ${runs#"$PWD"/}/build.log)"
        publish_run "$module" "$link"
        touch -r "$stamp.new" "$stamp"
        rm -f "$stamp.new"
        say "built in $((SECONDS - began)) s"
    fi
    unlock_build
}

# Keeps all that Maven says in a file, shows one line a module, and what went wrong in full.
progress() {
    local line
    : >"$runs/build.log"
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$runs/build.log"
        case "$line" in
        '[INFO] Building Millrace '*) say "  ${line#\[INFO\] Building Millrace }" ;;
        '[ERROR]'*) printf '%s\n' "$line" >&2 ;;
        esac
    done
}

# ---------------------------------------------------------------------------------------------------------- the JVM

# Sets java_options. The order matters to nobody, but the same list must make the AOT cache and use it.
jvm_options() {
    java_options=(
        -XX:+UseSerialGC
        "-Xmx${MILLRACE_HEAP:-256m}"
        "-XX:MaxDirectMemorySize=${MILLRACE_DIRECT:-16g}"
        -XX:+ExitOnOutOfMemoryError
        # Its counters file is a mapped file in /tmp, whose write-back can stall a core.
        -XX:+PerfDisableSharedMem
        # What the compiler and a start have allocated and freed goes back to the system, some 11 MB.
        -XX:TrimNativeHeapInterval=10000
        -ea:io.millrace...
        --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED
        --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
        --enable-native-access=ALL-UNNAMED
        --sun-misc-unsafe-memory-access=allow
    )
}

# Sets class_path: the jars of a run folder in one fixed order, since an AOT cache is good for one class path only.
class_path_of() {
    local jar
    class_path=''
    for jar in "$1"/*.jar; do class_path="${class_path:+$class_path:}$jar"; done
}

# Makes the AOT cache by a training run: once a build, and a failure costs nothing but a slower start.
train_aot() {
    local run="$1" began=$SECONDS log="$1/aot.log"
    [[ ${MILLRACE_AOT:-on} != off && ! -e $run/millrace.aot && ! -e $log ]] || return 0
    lock_build
    if [[ ! -e $run/millrace.aot && ! -e $log ]]; then
        say "training the start-up cache …"
        if "$jdk/bin/java" "${java_options[@]}" -XX:AOTCacheOutput="$run/millrace.aot.new" -cp "$class_path" \
            io.millrace.tools.Millrace aot-train >"$log" 2>&1 8>&- 9>&- </dev/null && [[ -s $run/millrace.aot.new ]]; then
            mv -f "$run/millrace.aot.new" "$run/millrace.aot"
            say "trained in $((SECONDS - began)) s"
        else
            rm -f "$run"/millrace.aot.new*
            say "no start-up cache, starts will be slower (why: ${log#"$PWD"/})"
        fi
    fi
    unlock_build
}

# become <main class> <argument>…: this process is a JVM from here on.
become() {
    if [[ ${MILLRACE_AOT:-on} != off && -e $run_folder/millrace.aot ]]; then
        java_options+=("-XX:AOTCache=$run_folder/millrace.aot")
    fi
    # The JVM's own warnings, such as a cache that does not fit the options of this start, are nothing to act upon.
    java_options+=(-Xlog:disable "-Xlog:all=error,aot*=off,cds*=off:stderr")
    # shellcheck disable=SC2206  # several options in one variable are meant to be split
    java_options+=(${MILLRACE_JVM_OPTS:-})
    exec "$jdk/bin/java" "${java_options[@]}" -cp "$class_path" "$@"
}

# prepare <module> <link>: all that stands before a JVM.
prepare() {
    build "$1" "$2"
    enter_run "$2"
    class_path_of "$run_folder"
    jvm_options
}

# True if only the help, or the version, is wanted: nobody should wait for a training run then.
asks_only() {
    local argument
    for argument; do
        case "$argument" in -h | --help | -V | --version) return 0 ;; esac
    done
    return 1
}

run() {
    prepare tools current
    [[ $1 != start ]] || asks_only "$@" || train_aot "$run_folder"
    become io.millrace.tools.Millrace "$@"
}

# --------------------------------------------------------------------------------------------------------- commands

usage() {
    cat <<'EOF'
Millrace: a Kafka-wire-compatible broker on a thread-per-core engine.

  ./run.sh [start] [option]…    start one broker in the foreground (port 9092, data in ./data)
  ./run.sh stat …               show what a running broker does, live
  ./run.sh doctor …             check this machine, and say what to change
  ./run.sh inspect …            show and verify the batches of a data directory, partition or segment
  ./run.sh simulate …           run a broker in one thread on simulated time, disk and network
  ./run.sh follow …             keep a read-only copy of one partition of another broker
  ./run.sh topics …             list, describe, create, delete and grow topics
  ./run.sh configs …            show and change the settings of a topic, a broker or a group, and quotas
  ./run.sh groups …             list, describe and delete groups, and set their offsets
  ./run.sh move …               move partitions between cores of their node, while they are used
  ./run.sh balance …            propose such moves by what each core has to do, and do them
  ./run.sh produce …            write lines of standard input, or a load of made-up records, to a topic
  ./run.sh consume …            read a topic to standard output
  ./run.sh test [maven option]… run every test and check
  ./run.sh fmt                  bring all sources into the project's form
  ./run.sh perf …               measure, beside Apache Kafka (compare, load, moves, soak, bench, stat, quotas)
  ./run.sh build                build what is stale, and nothing else
  ./run.sh <command> --help     the options of a command

Environment:
  JAVA_HOME           a JDK 25; without it the usual places are searched
  MILLRACE_HEAP       the heap's limit (256m); batches do not live there
  MILLRACE_DIRECT     the limit of memory outside the heap (16g); the broker keeps to its own, smaller budget
  MILLRACE_JVM_OPTS   further JVM options
  MILLRACE_AOT=off    start without the start-up cache
  MILLRACE_<SETTING>  a broker setting, dots as underscores

Relative paths are relative to the folder that you call from.
EOF
}

# The help of the commands that are answered here; the others are asked themselves.
usage_of() {
    case "$1" in
    test)
        cat <<'EOF'
Usage: ./run.sh test [maven option]…
Runs every test, the formatter's check and the static checker, and ends with the number of tests that passed, failed
and were skipped, with the reason of each skip. Exit code: 0 if nothing failed.

  ./run.sh test -pl engine -am                     the tests of one module and of what it needs
  ./run.sh test -pl tools -am -Dtest='Inspect*'    some tests of one module
EOF
        ;;
    fmt) printf '%s\n' 'Usage: ./run.sh fmt' 'Brings all sources into the form that ./run.sh test asks for.' ;;
    build)
        printf '%s\n' 'Usage: ./run.sh build' \
            'Builds what is stale, without tests; the other commands do so by themselves.'
        ;;
    esac
}

# Counts what surefire reported and closes with one plain line.
report_tests() {
    local -a reports=()
    local report
    for report in "$home"/*/target/checks/surefire-reports/TEST-*.xml; do
        [[ -e $report ]] && reports+=("$report")
    done
    if ((${#reports[@]} == 0)); then
        printf '\n0 passed, 0 failed, 0 skipped\n'
        return
    fi
    awk '
        function attribute(name,    text) {
            if (!match($0, "[ \t]" name "=\"[^\"]*\"")) return ""
            text = substr($0, RSTART, RLENGTH)
            sub(/^[^"]*"/, "", text)
            sub(/"$/, "", text)
            return text
        }
        function plain(text) {
            gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text); gsub(/&lt;/, "<", text)
            gsub(/&gt;/, ">", text); gsub(/&#10;.*/, "", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        /<testcase / { test = attribute("classname") "." attribute("name"); total++; counted = 0 }
        /<(failure|error)[ >]/ && !counted { failed++; counted = 1; failures[failed] = plain(test) }
        /<skipped[ \/>]/ && !counted {
            skipped++; counted = 1
            reason = attribute("message")
            if (reason == "") {
                reason = $0
                sub(/.*<!\[CDATA\[/, "", reason); sub(/\]\]>.*/, "", reason); sub(/^.*<skipped[^>]*>/, "", reason)
                sub(/^[A-Za-z0-9_.$]*Exception: /, "", reason)
            }
            reason = plain(reason)
            sub(/^Assumption failed: /, "", reason); sub(/^skipped: */, "", reason)
            skips[skipped] = (reason == "" ? "no reason given" : reason) " (" plain(test) ")"
        }
        END {
            print ""
            for (i = 1; i <= skipped; i++) print "skipped: " skips[i]
            for (i = 1; i <= failed; i++) print "failed: " failures[i]
            printf "tests: %d, failures: %d, skips: %d\n", total, failed, skipped
            printf "%d passed, %d failed, %d skipped\n", total - failed - skipped, failed, skipped
        }' "${reports[@]}"
}

# A failed test stops no module behind it, so Maven's exit code knows of compilation alone; what surefire says when a
# test failed or its JVM died is looked for instead.
test_all() {
    local code=0
    maven --fail-at-end --activate-profiles checks test -Dmaven.test.failure.ignore=true \
        -Dsurefire.failIfNoSpecifiedTests=false "$@" 2>&1 | tee "$runs/test.log" || code=$?
    if grep -qE 'for the individual test results\.|^See dump files' "$runs/test.log"; then code=1; fi
    return "$code"
}

run_tests() {
    local form=0 code=0
    find_maven
    # Tests that start brokers do so through this script: what they start must be there, and not be rebuilt by them.
    build tools current
    export MILLRACE_SKIP_BUILD=1
    # The compiler looks again only at what changed; a changed set of checks concerns every file.
    if [[ "$home/pom.xml" -nt $runs/checks.stamp ]]; then
        rm -rf "$home"/target/checks "$home"/*/target/checks
        touch -r "$home/pom.xml" "$runs/checks.stamp"
    fi
    rm -rf "$home"/*/target/checks/surefire-reports
    maven --quiet --fail-at-end --activate-profiles checks spotless:check || form=$?
    test_all "$@" || code=$?
    if grep -q 'COMPILATION ERROR' "$runs/test.log"; then
        code=1
        # The next run must not take for checked what this one is about to compile.
        rm -f "$runs/checks.stamp"
        say "the compiler or its checks found something (shown above); testing without the checks"
        test_all -Derror-prone.checks=-XepDisableAllChecks -Djavac.findings=-nowarn "$@" || code=$?
    fi
    ((form == 0)) || say "some files are not in the project's form (shown above): ./run.sh fmt"
    ((code == 0)) || say "a test or a check failed (shown above)"
    report_tests
    ((form == 0 && code == 0))
}

run_perf() {
    # What is measured is the broker as a user starts it: built, its start-up cache trained.
    prepare tools current
    asks_only "$@" || train_aot "$run_folder"
    prepare perf perf
    java_options+=("-Dmillrace.perf.front-door=$home/run.sh" "-Xmx${MILLRACE_HEAP:-3g}" -XX:-UseSerialGC -XX:+UseParallelGC
        -Dorg.slf4j.simpleLogger.defaultLogLevel=error)
    run_folder='' become io.millrace.perf.Perf "$@"
}

main() {
    case "${1:-start}" in
    -h | --help | help)
        usage
        return
        ;;
    esac
    case "${1:-start}" in
    test | fmt | build)
        if asks_only "${@:2}"; then
            usage_of "$1"
            return
        fi
        ;;
    esac
    find_jdk
    case "${1:-start}" in
    -V | --version) run --version ;;
    test)
        shift
        run_tests "$@"
        ;;
    fmt)
        find_maven
        maven --quiet --activate-profiles checks spotless:apply
        ;;
    build) build tools current ;;
    perf)
        shift
        run_perf "$@"
        ;;
    -*) run start "$@" ;;
    *) run "${@:-start}" ;;
    esac
}

main "$@"
