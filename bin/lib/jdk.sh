# shellcheck shell=bash
# Finding the JDK >= 25 that builds and runs everything, and the older JVMs that the tests need; and making them available where the
# distribution has none. Source lib/common.sh first.

# What the Java agent extension also works on, besides the JDK that builds it.
# shellcheck disable=SC2034 # read by those who source this
OLDER_JVMS=(17 21)

# find_jdk25: prints the home of the JDK to use, or returns 1. Reads `release` files only; starting a JVM to ask would take longer.
# An explicit JAVA_HOME wins; then a JDK of exactly 25, which is what the project is tested with; then any later one.
find_jdk25() {
    local home later=''
    if [ "$(jdk_major "${JAVA_HOME:-}")" -ge 25 ]; then
        printf '%s\n' "$JAVA_HOME"
        return 0
    fi
    while IFS= read -r home; do
        case $(jdk_major "$home") in
            [0-9] | 1[0-9] | 2[0-4]) ;;
            25)
                printf '%s\n' "$home"
                return 0
                ;;
            *) later=${later:-$home} ;;
        esac
    done < <(_jdk_candidates 2>/dev/null) # quiet: it may be cut short by the return above
    [ -n "$later" ] && printf '%s\n' "$later"
}

# find_jvm FEATURE: prints the home of a JVM of exactly that version, with a compiler or without, or returns 1.
find_jvm() {
    local home
    while IFS= read -r home; do
        if [ "$(jdk_major "$home" java)" = "$1" ]; then
            printf '%s\n' "$home"
            return 0
        fi
    done < <(_jdk_candidates "$1" 2>/dev/null) # quiet: it may be cut short by the return above
    return 1
}

# jdk_major HOME [PROGRAM]: the feature version of the JDK there; 0 if there is none, or none with PROGRAM (default: the compiler).
jdk_major() {
    local line major=0
    if [ -n "$1" ] && [ -x "$1/bin/${2:-javac}" ] && [ -r "$1/release" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in
                JAVA_VERSION=*)
                    line=${line#JAVA_VERSION=}
                    line=${line#\"}
                    major=${line%%[!0-9]*}
                    ;;
            esac
        done <"$1/release"
    fi
    printf '%s\n' "${major:-0}"
}

_jdk_candidates() {
    local feature=${1:-25} java home
    if java=$(command -v java) && java=$(readlink -f -- "$java"); then
        printf '%s\n' "${java%/bin/java}"
    fi
    for home in /usr/lib/jvm/* /opt/* /opt/java/* /usr/local/java/* "${HOME:-/root}"/.sdkman/candidates/java/*; do
        [ -d "$home" ] && printf '%s\n' "$home"
    done
    for home in "$_PUBLIC_CACHE/jdk-$feature" "$(cache_dir)/jdk-$feature"; do
        # Its programs name their loader by absolute path: a copy or a moved cache would not run.
        if [ -r "$home/.ready" ] && [ "$(<"$home/.ready")" = "$home" ]; then
            printf '%s\n' "$home"
        fi
    done
    return 0
}

# Root's home is closed to others, and what root has set up is for any user to build and run with.
_PUBLIC_CACHE=/var/cache/requestkey

# _private_jdk_home FEATURE: where one is unpacked.
_private_jdk_home() {
    if is_root && [ -z "${REQUESTKEY_CACHE:-}" ]; then
        printf '%s/jdk-%s\n' "$_PUBLIC_CACHE" "$1"
    else
        printf '%s/jdk-%s\n' "$(cache_dir)" "$1"
    fi
}

# --- A private JDK from another Debian release ------------------------------------------------------------------------------------
#
# Debian 12 (bookworm) has JDK 17 alone; Debian 13 (trixie) has 21 and 25, built for a later C library than Debian 12's. Mixing the
# two releases in one system's package database would pull the C library of the whole machine along. So the packages are downloaded
# (signatures verified, from the mirrors this machine is configured for) and unpacked into the cache, never installed. On Debian 12
# the programs are told to use trixie's loader and C library, which are kept beside them. Programs that Java starts are not
# concerned: the path to the libraries is written into the JDK's programs and not passed on in the environment. Libraries of the
# host that are loaded into such a JVM (libbpf) run on the later C library, which is compatible with what they were built for. The
# other way round, what bookworm has built runs on trixie's libraries as it is.

# What the JDK's own programs and libraries load; everything else in its package dependencies serves graphics, sound and smart cards.
_PRIVATE_JDK_LIBRARIES=(libc6 libgcc-s1 libstdc++6 zlib1g)

# The release that has the JDK of that version.
_release_of_jdk() {
    if [ "$1" = 17 ]; then echo bookworm; else echo trixie; fi
}

# private_jdk_possible: this is a Debian whose mirrors will have the other release.
private_jdk_possible() {
    have_command apt-get && have_command dpkg-deb && [ "$(_os_release ID)" = debian ]
}

# install_private_jdk FEATURE: downloads, unpacks, adapts, tests. 25 comes with its compiler, others without. Needs no root. A test
# decides whether the result is ever used.
install_private_jdk() {
    local feature=$1 cache home lock
    home=$(_private_jdk_home "$feature")
    cache=${home%/*}
    if [ "$cache" = "$_PUBLIC_CACHE" ]; then
        install -d -m 755 -- "$cache" # whatever the umask
    else
        mkdir -p -- "$cache"
    fi || die "cannot create the cache directory $cache"
    exec {lock}>"$home.lock"
    if ! flock -n "$lock"; then
        say "waiting for another run that is fetching JDK $feature ..."
        flock "$lock"
    fi
    if ! [ -r "$home/.ready" ] || [ "$(<"$home/.ready")" != "$home" ]; then
        # A subshell, so that its clean-up is its own and a failure inside it ends only this step.
        (_make_private_jdk "$feature" "$cache" "$home") ||
            die "no JDK $feature could be made available. Install any JDK $feature$([ "$feature" != 25 ] || echo " and set JAVA_HOME to it")"
    fi
    exec {lock}>&-
}

_make_private_jdk() {
    local feature=$1 cache=$2 home=$3 work new release packages
    umask 022 # what others are to run, they have to be able to read
    # Leftovers of a run that was killed; the lock is ours.
    rm -rf -- "$home".work.*
    work=$(mktemp -d "$home.work.XXXXXX") || exit 1
    # shellcheck disable=SC2064 # the directory as it is now
    trap "rm -rf -- '${work//\'/\'\\\'\'}'" EXIT
    mkdir -p "$work/debs" "$work/root" || exit 1

    release=$(_release_of_jdk "$feature")
    packages=("openjdk-$feature-jre-headless")
    [ "$feature" != 25 ] || packages+=("openjdk-$feature-jdk-headless")
    [ "$release" = bookworm ] || packages+=(patchelf "${_PRIVATE_JDK_LIBRARIES[@]}")

    _sources_of "$release" "$work" "$feature" || exit 1
    with_progress "fetching the package lists of Debian $release, for JDK $feature" _private_apt "$work" update --error-on=any || exit 1
    cd -- "$work/debs" || exit 1
    with_progress "downloading JDK $feature (about $([ "$feature" = 25 ] && echo 150 || echo 60) MB)" \
        _private_apt "$work" download "${packages[@]}" || exit 1
    with_progress "unpacking JDK $feature" _unpack_all "$work" || exit 1

    new=$(_adapt_jdk "$feature" "$work/root" "$home") || exit 1
    rm -rf -- "$home"
    mv -- "$new" "$home" || exit 1
    with_progress "testing JDK $feature" _test_jdk "$home" "$work" || exit 1
    printf '%s\n' "$home" >"$home/.ready"
}

_os_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && printf '%s\n' "${!1:-}") 2>/dev/null
}

# An apt of our own: the machine's settings (proxies, credentials), but none of its package lists, sources, pins or hooks.
_private_apt() {
    local work=$1
    shift
    if ! [ -e "$work/apt.conf" ]; then
        mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/none"
        : >"$work/apt/status"
        cat >"$work/apt.conf" <<EOF
Dir::State "$work/apt";
Dir::State::Lists "$work/apt/lists";
Dir::State::Status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "$work/apt/none";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$work/apt/none";
APT::Sandbox::User "root";
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
    fi
    apt-get -q -c "$work/apt.conf" "$@"
}

# Writes sources.list for another release: the mirrors this machine uses for its own, with the release's name exchanged.
_sources_of() {
    local other=$1 work=$2 feature=$3 mirrors uri release keyring
    mirrors=$(_own_mirrors)
    if [ -z "$mirrors" ]; then
        # Which mirrors there are is known to apt only once it has fetched their lists; without root that takes lists of our own.
        mkdir -p "$work/own/lists/partial"
        if ! with_progress "asking apt for its mirrors" _own_apt "$work" update --error-on=any; then
            # The source that failed may be one that does not matter here. If nothing came, the check for a mirror at the end of
            # this function is the error.
            say "going on with the lists that came"
        fi
        mirrors=$(_own_mirrors -o "Dir::State::Lists=$work/own/lists")
    fi
    keyring=$(_keyring_of "$other" "$work") || return 1
    while read -r uri release; do
        case $release in
            *-security) release=$other-security ;;
            *) release=$other ;;
        esac
        printf 'deb [target=Packages signed-by=%s] %s %s main\n' "$keyring" "$uri" "$release"
    done <<<"$mirrors" | sort -u >"$work/sources.list"
    if ! grep -q " $other main$" "$work/sources.list"; then
        say "error: apt is not configured with a Debian mirror for this machine's release, so there is none to take JDK $feature from"
        return 1
    fi
}

# "URI release" of each configured Debian archive and its security archive.
_own_mirrors() {
    local uri release component own
    own=$(_os_release VERSION_CODENAME)
    # shellcheck disable=SC2016 # $(...) is apt's here
    apt-get "$@" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
        while read -r uri release component; do
            [ "$component" = main ] || continue
            case $release in
                "$own" | "$own-security" | stable | stable-security | oldstable | oldstable-security) printf '%s %s\n' "$uri" "$release" ;;
            esac
        done
}

_own_apt() {
    local work=$1
    shift
    apt-get -q -o "Dir::State::Lists=$work/own/lists" -o "Dir::Cache=$work/own" -o APT::Sandbox::User=root \
        -o APT::Update::Post-Invoke= "$@"
}

# The keys that sign a release. Early Debian 12 systems do not have trixie's; a later version of Debian 12's own keyring package
# does, and that package is vouched for by the keys the machine trusts already.
_keyring_of() {
    local other=$1 work=$2 keyrings=usr/share/keyrings
    if [ -e "/$keyrings/debian-archive-$other-stable.gpg" ] && [ -e "/$keyrings/debian-archive-keyring.gpg" ]; then
        printf '/%s\n' "$keyrings/debian-archive-keyring.gpg"
        return 0
    fi
    mkdir -p "$work/own/lists/partial" "$work/own/archives/partial" "$work/keyring"
    if ! with_progress "fetching the package lists, for Debian's current keyring" _own_apt "$work" update --error-on=any; then
        # As above: one broken source need not be Debian's. If Debian's own is the broken one, the download below fails.
        say "going on with the lists that came"
    fi
    cd -- "$work/keyring" || return 1
    with_progress "downloading Debian's current keyring" _own_apt "$work" download debian-archive-keyring || return 1
    dpkg-deb -x debian-archive-keyring_*.deb . >&2 || return 1
    if ! [ -e "$keyrings/debian-archive-$other-stable.gpg" ]; then
        say "error: the newest debian-archive-keyring of this machine's package sources has no keys for Debian $other"
        return 1
    fi
    printf '%s\n' "$work/keyring/$keyrings/debian-archive-keyring.gpg"
}

_unpack_all() {
    local work=$1 deb
    for deb in "$work"/debs/*.deb; do
        printf 'unpacking %s\n' "${deb##*/}"
        dpkg-deb -x "$deb" "$work/root" || return 1
    done
}

# Turns the unpacked packages into one self-contained JDK that will live at HOME. Prints where it is now.
_adapt_jdk() {
    local feature=$1 root=$2 home=$3 jdk libs loader link target file name
    jdk=$(echo "$root/usr/lib/jvm/java-$feature-openjdk-"*)
    if ! [ -d "$jdk/bin" ]; then
        say "error: the packages do not contain what was expected of them"
        return 1
    fi

    # Debian keeps a JDK's settings in /etc and links to them; the links have to become the files.
    find "$jdk" -type l -lname "/etc/java-$feature-openjdk/*" -print0 | while IFS= read -r -d '' link; do
        target=$(readlink "$link")
        rm -- "$link"
        cp -p -- "$root$target" "$link" || exit 1
    done || return 1
    rm -f -- "$jdk/docs" "$jdk/lib/src.zip"

    if [ "$(_release_of_jdk "$feature")" = bookworm ]; then
        printf '%s\n' "$jdk"
        return 0
    fi
    libs=$(dirname "$(find "$root" -name libc.so.6 -print -quit)")
    if ! [ -e "$libs/libc.so.6" ]; then
        say "error: the packages do not contain what was expected of them"
        return 1
    fi

    # Java's own lib directory is where its libraries look first.
    for file in "$libs"/ld-linux*.so.* "$libs"/lib{c,m,dl,pthread,rt,resolv,mvec,gcc_s,stdc++,z}.so.* "$libs"/libnss_*.so.*; do
        [ -e "$file" ] || continue # libmvec is amd64 only
        name=${file##*/}
        [ -e "$jdk/lib/$name" ] || cp -L -- "$file" "$jdk/lib/$name" || return 1
    done
    loader=$(echo "$jdk"/lib/ld-linux*.so.*)
    loader=${loader##*/}

    # RPATH, not RUNPATH: only the former also holds for what libraries load in their turn (libjvm.so has no path of its own).
    # Absolute, not $ORIGIN: the loader's path has to be absolute anyway, and $ORIGIN is void for a program with capabilities.
    for file in "$jdk"/bin/* "$jdk/lib/jspawnhelper" "$jdk/lib/jexec"; do
        [ -f "$file" ] || continue # links to programs that only the package of the compiler has
        "$jdk/lib/$loader" --library-path "$jdk/lib" "$root/usr/bin/patchelf" \
            --set-interpreter "$home/lib/$loader" --force-rpath --set-rpath "$home/lib:$home/lib/server" "$file" >&2 || {
            say "error: could not adapt ${file##*/}"
            return 1
        }
    done
    printf '%s\n' "$jdk"
}

# The JDK trusts the certificate authorities the machine trusts. lib/security/cacerts links to the store that Debian maintains for
# Java; on a machine without it, one is made of the store of everything else. After that: what the project needs of a JDK.
_test_jdk() {
    local home=$1 work=$2
    if ! [ -x "$home/bin/javac" ]; then
        # A JVM to run tests in, which need neither certificates nor a compiler.
        "$home/bin/java" -XX:+UseSerialGC -version
        return
    fi
    if [ ! -e "$home/lib/security/cacerts" ]; then
        cat >"$work/MakeTrustStore.java" <<'EOF'
import java.io.*;
import java.security.KeyStore;
import java.security.cert.*;

class MakeTrustStore {
    public static void main(String[] args) throws Exception {
        // JKS: the JDK opens its default store without a password, which PKCS12 does not allow.
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        try (InputStream in = new FileInputStream("/etc/ssl/certs/ca-certificates.crt")) {
            int n = 0;
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + n++, c);
            }
        }
        try (OutputStream out = new FileOutputStream(args[0])) {
            store.store(out, "changeit".toCharArray());
        }
    }
}
EOF
        rm -f -- "$home/lib/security/cacerts"
        "$home/bin/java" "$work/MakeTrustStore.java" "$home/lib/security/cacerts" || return 1
    fi
    cat >"$work/Smoke.java" <<'EOF'
import java.lang.foreign.*;
import javax.net.ssl.*;
import static java.lang.foreign.ValueLayout.*;

class Smoke {
    public static void main(String[] args) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var strlen = linker.downcallHandle(linker.defaultLookup().findOrThrow("strlen"), FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            check("native call", (long) strlen.invokeExact(arena.allocateFrom("seven..")) == 7);
        }
        check("starting a program", new ProcessBuilder("true").start().waitFor() == 0);
        check("resolving a name", java.net.InetAddress.getByName("localhost").isLoopbackAddress());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init((java.security.KeyStore) null);
        check("trusted certificates", ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers().length > 0);
    }

    static void check(String what, boolean ok) {
        System.out.println(what + (ok ? ": ok" : ": FAILED"));
        if (!ok) {
            System.exit(1);
        }
    }
}
EOF
    "$home/bin/javac" -d "$work/classes" "$work/Smoke.java" &&
        "$home/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/classes" Smoke
}
