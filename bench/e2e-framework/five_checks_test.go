// The article's five checks as a test with sigs.k8s.io/e2e-framework: npm run bench compiles and times it.
package fivechecks

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/klient/wait/conditions"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/features"
)

var (
	testenv  env.Environment
	manifest = flag.String("manifest", "", "the article's manifest")
)

func TestMain(m *testing.M) {
	config, err := envconf.NewFromFlags()
	if err != nil {
		panic(err)
	}
	testenv = env.NewWithConfig(config.WithKubeconfigFile(os.Getenv("KUBECONFIG")))
	os.Exit(testenv.Run(m))
}

const namespace, pod, client = "whoami", "whoami", "nettool"

func TestFiveChecks(t *testing.T) {
	article := features.New("the article's Pod").
		Setup(func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			folder, file := filepath.Split(*manifest)
			resources := config.Client().Resources()
			if err := decoder.ApplyWithManifestDir(ctx, resources, folder, file, nil); err != nil {
				t.Fatal(err)
			}
			whoami := &corev1.Pod{}
			whoami.Name, whoami.Namespace = pod, namespace
			// The framework looks every 5 seconds unless it is told otherwise.
			ready := conditions.New(resources).PodReady(whoami)
			if err := wait.For(ready, wait.WithInterval(50*time.Millisecond), wait.WithImmediate()); err != nil {
				t.Fatal(err)
			}
			return ctx
		}).
		Assess("both containers are ready, and were never restarted", func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			for _, status := range get(ctx, t, config).Status.ContainerStatuses {
				if !status.Ready || status.RestartCount != 0 {
					t.Errorf("%s: ready %v, restarts %d", status.Name, status.Ready, status.RestartCount)
				}
			}
			return ctx
		}).
		Assess("they are whoami and nettool", func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			var names []string
			for _, container := range get(ctx, t, config).Spec.Containers {
				names = append(names, container.Name)
			}
			if strings.Join(names, " ") != "whoami nettool" {
				t.Errorf("names: %v", names)
			}
			return ctx
		}).
		Assess("curl localhost is answered by whoami", func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			if reply := execute(ctx, t, config, "curl", "-s", "localhost"); !strings.Contains(reply, "Hostname: whoami\n") {
				t.Errorf("reply: %s", reply)
			}
			return ctx
		}).
		Assess("port 80 is listening, and the process behind it is not visible", func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			sockets := execute(ctx, t, config, "bash", "-c", "netstat -tualnp | grep LISTEN")
			if !regexp.MustCompile(`(?m)^tcp6?\s.*:80\s.*LISTEN\s+-\s*$`).MatchString(sockets) {
				t.Errorf("sockets: %s", sockets)
			}
			return ctx
		}).Feature()
	testenv.Test(t, article)
}

func get(ctx context.Context, t *testing.T, config *envconf.Config) *corev1.Pod {
	t.Helper()
	seen := &corev1.Pod{}
	if err := config.Client().Resources().Get(ctx, pod, namespace, seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

func execute(ctx context.Context, t *testing.T, config *envconf.Config, command ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := config.Client().Resources().ExecInPod(ctx, namespace, pod, client, command, &stdout, &stderr); err != nil {
		t.Fatalf("%s: %v: %s", command, err, stderr.String())
	}
	return stdout.String()
}
