# shellcheck shell=bash
# Brings the guests' kernels from the Debian mirror this machine is already set up to use into the cache. For bin/vm; source it.
# apt works on a directory of its own here: its configuration, lists and package state on this machine stay as they are.
# Every download is checked against Debian's archive keys, as in a normal installation.

# One line per kernel: name, Debian suite, version to prefer. A mirror that no longer has that version gives its newest of the line.
vm_kernel_table='
5.10 bullseye            5.10.223-1
6.1  bookworm            6.1.176-1
6.12 trixie              6.12.117-1
6.18 trixie-backports    6.18.15-1~bpo13+1
7.3  trixie-backports    7.3.4-1~bpo13+1
'

# Drivers of hardware that no guest has: two thirds of the package.
vm_unused_modules=(
    sound drivers/gpu drivers/media drivers/infiniband drivers/staging drivers/iio drivers/hwmon drivers/accel
    drivers/net/wireless drivers/net/ethernet drivers/usb drivers/mtd drivers/isdn drivers/comedi
)

# vm_kernel_row NAME: sets kernel_suite and kernel_version; fails if there is no such row.
vm_kernel_row() {
    local name
    while read -r name kernel_suite kernel_version; do
        [ -z "$name" ] || [ "$name" != "$1" ] || return 0
    done <<<"$vm_kernel_table"
    return 1
}

vm_kernel_names() {
    local name _rest names=()
    while read -r name _rest; do
        [ -z "$name" ] || names+=("$name")
    done <<<"$vm_kernel_table"
    printf '%s' "${names[*]}"
}

# vm_fetch_kernel NAME ARCH DESTINATION: makes DESTINATION with kernel, config, release (what uname -r says) and modules/.
# It appears whole or not at all: the caller holds a lock, and has the shell end at the first command that fails (set -e).
vm_fetch_kernel() {
    local name=$1 arch=$2 destination=$3 work=${3:?}.new package release tree deb place
    vm_kernel_row "$name"
    rm -rf -- "$work"
    mkdir -p -- "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/package"
    vm_apt_configure "$work/apt" "$arch"
    vm_apt_update "$work/apt" "$kernel_suite"
    package=$(vm_choose_package "$work/apt" "$name" "$arch" "$kernel_version") ||
        die "the suite $kernel_suite of the configured Debian mirror has no kernel $name"
    vm_apt_download "$work/apt" "$package"
    for deb in "$work"/apt/linux-*.deb; do
        dpkg -x "$deb" "$work/package" || die "cannot unpack ${deb##*/}"
    done

    tree=$(printf '%s\n' "$work"/package{,/usr}/lib/modules/*/kernel | grep -v '\*' | tail -n 1) ||
        die "the package ${package% *} has no modules"
    tree=${tree%/kernel}
    release=${tree##*/}
    # From 7.x on everything is with the modules.
    for place in "$work/package/boot/%s-$release" "$tree/%s" ''; do
        [ ! -e "${place/\%s/vmlinuz}" ] || break
    done
    [ -n "$place" ] || die "the package ${package% *} is not laid out as expected"
    (cd -- "$tree/kernel" && rm -rf -- "${vm_unused_modules[@]}")
    mkdir -p -- "$work/lib/modules"
    vm_unpack_image "${place/\%s/vmlinuz}" "$work/kernel"
    mv -- "${place/\%s/config}" "$work/config"
    mv -- "$tree" "$work/lib/modules/$release"
    # depmod wants the tree where an installed system has it.
    depmod -b "$work" "$release" || die "depmod failed for kernel $name"
    mv -- "$work/lib/modules/$release" "$work/modules"
    printf '%s\n' "$release" >"$work/release"
    printf '%s\n' "$package" >"$work/package.txt"
    rm -rf -- "${work:?}/apt" "${work:?}/package" "${work:?}/lib"
    mv -T -- "$work" "$destination"
}

# vm_unpack_image BZIMAGE DESTINATION: takes the ELF kernel out of the compressed one. QEMU can start that directly, which spares the
# guest the unpacking: 4 s of 8. An image that cannot be taken apart is used as it is.
vm_unpack_image() {
    local image=$1 setup_sectors offset length unpack
    # x86 boot protocol: the payload's place is given from the end of the real-mode part; its last 4 bytes are its unpacked size.
    setup_sectors=$(_vm_field "$image" 497 1)
    offset=$(($(_vm_field "$image" 584 4) + (setup_sectors + 1) * 512))
    length=$(($(_vm_field "$image" 588 4) - 4))
    head -c "$((offset + length))" -- "$image" | tail -c "$length" >"$2.packed"
    case $(_vm_magic "$2.packed") in
        fd377a58) unpack=(xz -dc) ;;
        28b52ffd) unpack=(zstd -qdc) ;;
        *) unpack=(false) ;;
    esac
    if ! "${unpack[@]}" <"$2.packed" >"$2" 2>/dev/null || [ "$(_vm_magic "$2")" != 7f454c46 ]; then
        cp -- "$image" "$2"
    fi
    rm -f -- "$2.packed"
}

_vm_magic() {
    od -A n -t x1 -N 4 -- "$1" | tr -d ' '
}

_vm_field() {
    od -A n -t "u$3" -j "$2" -N "$3" -- "$1" | tr -d ' '
}

# vm_apt_configure DIRECTORY ARCH: a configuration that keeps how this machine reaches its mirror (proxies, certificates, ...)
# and nothing else of it: no sources, no hooks, no state.
vm_apt_configure() {
    local dir=$1 arch=$2
    : >"$dir/status"
    {
        apt-config dump --no-empty | sed -n '/^Acquire::IndexTargets/d; /^Acquire::/p'
        cat <<CONFIG
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir";
Dir::Cache::archives "$dir/archives";
Dir::Log "$dir";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
CONFIG
    } >"$dir/apt.conf"
}

# The Debian mirrors among this machine's package sources, best first. Others whose suites have the same names may be among them:
# those fail the check of the signature.
vm_mirrors() {
    if [ -n "${REQUESTKEY_DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "$REQUESTKEY_DEBIAN_MIRROR"
        return
    fi
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk '$3 == "main" && $2 ~ /^(bullseye|bookworm|trixie|forky|duke|(old(old)?)?stable|testing|sid|unstable)(-updates|-backports)?$/ &&
             !seen[$1]++ { print $1 }'
}

# vm_apt_update DIRECTORY SUITE: fetches the list of SUITE from the first mirror that has it with a good signature.
vm_apt_update() {
    local dir=$1 suite=$2 mirrors mirror keyring
    mapfile -t mirrors < <(vm_mirrors)
    [ "${#mirrors[@]}" -gt 0 ] ||
        die "no Debian mirror among the package sources of this machine: name one in REQUESTKEY_DEBIAN_MIRROR"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || die "$keyring is missing: run bin/setup --vm, or install the package debian-archive-keyring"
    for mirror in "${mirrors[@]}"; do
        _vm_try_update "$dir" "$mirror" "$suite" "$keyring" && return
        # An older keyring may lack the keys of a newer suite. Each release brings the keys of the next: follow that chain.
        local step newer=$keyring
        for step in bullseye bookworm trixie; do
            _vm_try_update "$dir" "$mirror" "$step" "$newer" || continue
            rm -f -- "$dir"/debian-archive-keyring_*.deb
            (cd -- "$dir" && APT_CONFIG=$dir/apt.conf apt-get -q download debian-archive-keyring) >>"$dir/log" 2>&1 || continue
            dpkg -x "$dir"/debian-archive-keyring_*.deb "$dir/keyring-$step" || continue
            newer=$dir/keyring-$step/usr/share/keyrings/debian-archive-keyring.gpg
        done
        [ "$newer" = "$keyring" ] || ! _vm_try_update "$dir" "$mirror" "$suite" "$newer" || return 0
    done
    vm_show_end "$dir/log"
    die "cannot fetch the package list of Debian $suite (no network, or a mirror without that suite?)"
}

_vm_try_update() {
    local dir=$1
    rm -rf -- "$dir/lists"
    mkdir -p -- "$dir/lists/partial"
    printf 'deb [signed-by=%s] %s %s main\n' "$4" "$2" "$3" >"$dir/sources.list"
    APT_CONFIG=$dir/apt.conf apt-get -q --error-on=any update >"$dir/log" 2>&1
}

# vm_choose_package DIRECTORY NAME ARCH VERSION: prints "package version".
vm_choose_package() {
    local dir=$1 pattern="^linux-image-${2//./\\.}\\.[0-9]+(-[0-9]+|\\+deb[0-9.]+)-$3\$" package version best='' best_version=''
    while read -r package; do
        [[ $package =~ $pattern ]] || continue
        while read -r version; do
            if [ "$version" = "$4" ]; then
                printf '%s %s\n' "$package" "$version"
                return
            fi
            if [ -z "$best" ] || dpkg --compare-versions "$version" gt "$best_version"; then
                best=$package best_version=$version
            fi
        done < <(APT_CONFIG=$dir/apt.conf apt-cache madison "$package" | awk -F' *[|] *' '{ print $2 }')
    done < <(APT_CONFIG=$dir/apt.conf apt-cache pkgnames linux-image-)
    [ -n "$best" ] && printf '%s %s\n' "$best" "$best_version"
}

# vm_apt_download DIRECTORY "PACKAGE VERSION": the package, and those that newer versions keep its parts in.
vm_apt_download() {
    local dir=$1 version=${2#* } suffix=${2% *} names name
    suffix=${suffix#linux-image-}
    names=("linux-image-$suffix=$version")
    while read -r name; do
        case $name in
            "linux-base-$suffix" | "linux-binary-$suffix" | "linux-modules-$suffix") names+=("$name=$version") ;;
        esac
    done < <(APT_CONFIG=$dir/apt.conf apt-cache pkgnames linux-)
    (cd -- "$dir" && APT_CONFIG=$dir/apt.conf apt-get -q download "${names[@]}") >"$dir/log" 2>&1 || {
        vm_show_end "$dir/log"
        die "cannot fetch the Debian package ${2% *}"
    }
}

# vm_make_initramfs KERNEL_DIRECTORY BUSYBOX INIT DESTINATION: whole or not at all, as above.
vm_make_initramfs() {
    local kernel=$1 busybox=$2 init=$3 destination=$4 release work lib modules action file _arguments number=10
    release=$(<"$kernel/release")
    work=$destination.new
    rm -rf -- "$work"
    mkdir -p -- "$work/root/bin" "$work/root/modules" "$work/lib/modules"
    cp -- "$busybox" "$work/root/bin/busybox"
    cp -- "$init" "$work/root/init"
    chmod 755 -- "$work/root/bin/busybox" "$work/root/init"
    ln -s -- "$kernel/modules" "$work/lib/modules/$release"
    # modprobe knows the order; the guest then only inserts file after file.
    for lib in virtio_pci 9pnet_virtio 9p overlay; do
        modules=$(modprobe -d "$work" -S "$release" -C /dev/null --show-depends "$lib") ||
            die "the kernel $release has no module $lib"
        while read -r action file _arguments; do
            [ "$action" = insmod ] || continue
            if ! compgen -G "$work/root/modules/*-$(_vm_module_name "$file")" >/dev/null; then
                _vm_unpack "$file" >"$work/root/modules/$number-$(_vm_module_name "$file")"
                number=$((number + 1))
            fi
        done <<<"$modules"
    done
    (cd -- "$work/root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$work/cpio"
    mv -- "$work/cpio" "$destination"
    rm -rf -- "$work"
}

_vm_module_name() {
    local name=${1##*/}
    printf '%s.ko' "${name%%.ko*}"
}

_vm_unpack() {
    case $1 in
        *.xz) xz -dc -- "$1" ;;
        *.zst) zstd -qdc -- "$1" ;;
        *) cat -- "$1" ;;
    esac
}

# vm_show_end FILE: the last lines of a log, set off from our own messages.
vm_show_end() {
    [ ! -s "$1" ] || tail -n 25 -- "$1" | tr -d '\r' | sed 's/^/    | /' >&2
}
