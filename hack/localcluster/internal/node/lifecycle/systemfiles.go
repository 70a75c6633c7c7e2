package lifecycle

import (
	"fmt"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

// systemFiles are the few files in /etc that static binaries look for.
func systemFiles(pod *corev1.Pod, ip string, user user) []sandbox.File {
	files := []sandbox.File{
		{Path: "/etc/hosts", Content: hosts(pod, ip)},
		{Path: "/etc/hostname", Content: podenv.Hostname(pod) + "\n"},
		{Path: "/etc/passwd", Content: passwd(user)},
		{Path: "/etc/group", Content: group(user)},
	}
	// The cluster has no DNS; names resolve as on the host. Copied, because the host's file is often a link to elsewhere.
	if resolver, err := os.ReadFile("/etc/resolv.conf"); err == nil {
		files = append(files, sandbox.File{Path: "/etc/resolv.conf", Content: string(resolver)})
	}
	return files
}

func hosts(pod *corev1.Pod, ip string) string {
	var text strings.Builder
	text.WriteString("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n")
	fmt.Fprintf(&text, "%s\t%s\n", ip, podenv.Hostname(pod))
	for _, alias := range pod.Spec.HostAliases {
		fmt.Fprintf(&text, "%s\t%s\n", alias.IP, strings.Join(alias.Hostnames, "\t"))
	}
	return text.String()
}

func passwd(user user) string {
	lines := "root:x:0:0:root:/:/sbin/nologin\n"
	if user.uid != 0 {
		lines += fmt.Sprintf("app:x:%d:%d:app:/:/sbin/nologin\n", user.uid, user.gid)
	}
	return lines
}

func group(user user) string {
	lines := "root:x:0:\n"
	if user.gid != 0 {
		lines += fmt.Sprintf("app:x:%d:\n", user.gid)
	}
	return lines
}
