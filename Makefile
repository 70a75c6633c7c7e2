# Every target that a person calls is listed by `make help`. Nothing is installed globally: tools are built into bin/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= dev
IMAGE_REGISTRY ?= liaison.township.dev
# ARCHS of images and bundle; the binaries in bin/ are for the machine they are built on.
ARCHS ?= amd64 arm64
# Which sources these are and when they were made: all that images and bundle know of where they come from.
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)$(shell [ -z "$$(git status --porcelain 2>/dev/null)" ] || echo -dirty)
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
NAMESPACE ?= liaison-system

BIN := $(CURDIR)/bin
K8S := $(BIN)/k8s
# The folder of etcd and kube-apiserver that the tests start. Given from outside, it is used instead of our own build.
ifeq ($(origin KUBEBUILDER_ASSETS),undefined)
OWN_ASSETS := localcluster
KUBEBUILDER_ASSETS := $(K8S)
endif
export KUBEBUILDER_ASSETS

KUBECTL ?= $(K8S)/kubectl
HELM ?= $(K8S)/helm
# Everything but the race detector's tests is built without cgo, so that the build cache is shared and the binaries are static.
export CGO_ENABLED := 0
# The version is ours to give; what git thinks of the checkout is left out, so that the same sources give the same binary.
GO_BUILD := go build -buildvcs=false -ldflags "-X main.version=$(VERSION)"

##@ General

.PHONY: help
help: ## Show this help.
	@awk 'BEGIN {FS = ":.*## "; printf "usage: make \033[36mTARGET\033[0m\n"} \
	  /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	  /^[a-zA-Z0-9_-]+:.*## / {printf "  \033[36m%-14s\033[0m %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

##@ Development

.PHONY: generate
generate: $(BIN)/controller-gen ## Write deep copies and apply configurations from api/, and the dashboards.
	$(BIN)/controller-gen object:headerFile=hack/boilerplate.go.txt applyconfiguration:headerFile=hack/boilerplate.go.txt paths=./api/v1alpha1/...
	cd hack/dashboards && go run . ../../config/grafana/dashboards

.PHONY: manifests
manifests: $(BIN)/controller-gen $(BIN)/crd-ref-docs ## Write CRDs, the operator's RBAC and the API reference from Go, and the PrometheusRule from its rules.
	$(BIN)/controller-gen crd:generateEmbeddedObjectMeta=false paths=./api/v1alpha1/... output:crd:dir=config/crd/bases
	$(BIN)/controller-gen rbac:roleName=liaison-operator paths=./controllers/... output:rbac:dir=config/rbac
	hack/prometheus-rules.sh
	hack/chart-files.sh
	hack/api-reference.sh

.PHONY: fmt
fmt: ## Format the Go code.
	gofmt -w $$(hack/go-files.sh)

.PHONY: vet
vet: ## Run go vet on every module.
	hack/each-module.sh go vet ./...

.PHONY: lint
lint: $(BIN)/golangci-lint ## Run golangci-lint on our modules (not hack/tools/coredns), and keep the directions of imports.
	MODULES=". hack/dashboards hack/localcluster hack/tools/ociimage" hack/each-module.sh $(BIN)/golangci-lint run ./...
	go test ./test/deps

.PHONY: verify
verify: $(BIN)/controller-gen $(BIN)/crd-ref-docs $(BIN)/golangci-lint localcluster ## Check formatting, vet, lint, modules, charts, and that what is generated is up to date.
	hack/verify.sh

.PHONY: test
test: packages localcluster build $(BIN)/controller-gen $(BIN)/promtool $(BIN)/prometheus $(BIN)/ociimage ## Run every test: unit, envtest and end to end, on a real node where the machine allows it.
	hack/test.sh

.PHONY: bench
bench: $(OWN_ASSETS) build ## Run the benchmarks, which print ratios.
	hack/bench.sh

.PHONY: bench-scale
bench-scale: $(OWN_ASSETS) ## Measure the operator with N real townships, 1000 by default.
	hack/bench-scale.sh $(or $(N),1000)

.PHONY: chaos
chaos: $(OWN_ASSETS) ## Let everything happen to the operator for LIAISON_CHAOS, 5 minutes by default.
	LIAISON_CHAOS=$(or $(LIAISON_CHAOS),5m) go test ./test/chaos -v -count=1 -timeout 0

.PHONY: e2e
e2e: localcluster $(BIN)/ociimage $(BIN)/promtool $(BIN)/prometheus ## Prove the product on a real node, as root: kubelet, containerd, NetworkPolicies (hack/localcluster/README.md).
	@hack/e2e.sh

.PHONY: test-rights
test-rights: $(OWN_ASSETS) ## Prove that the operator uses every right it has and needs no other.
	go test ./cmd/operator -run TestTheOperatorUsesEveryRightItHasAndNeedsNoOther -v -count=1

.PHONY: test-upgrade
test-upgrade: $(OWN_ASSETS) ## Bring a county and its charts from the release before to this one.
	go test ./test/upgrade ./charts -run 'Upgrade|Rollback' -v -count=1

.PHONY: packages
packages:
	@hack/ensure-packages.sh

##@ Build

.PHONY: build
build: ## Build the operator, the intake service and the command line into bin/.
	$(GO_BUILD) -o $(BIN)/liaison-operator ./cmd/operator
	$(GO_BUILD) -o $(BIN)/liaison-intake ./cmd/intake
	$(GO_BUILD) -o $(BIN)/kubectl-liaison ./cmd/kubectl-liaison
	ln -sf kubectl-liaison $(BIN)/kubectl_complete-liaison

.PHONY: run
run: build ## Run the operator on this machine against the cluster of KUBECONFIG.
	$(BIN)/liaison-operator --intake-image=$(IMAGE_REGISTRY)/liaison-intake:$(VERSION) --operator-namespace=$(NAMESPACE) \
	  --bind-address=127.0.0.1 --log-format=console $(RUN_FLAGS)

.PHONY: images
images: $(BIN)/ociimage ## Pack the images of ARCHS into dist/images; PUSH=1 also pushes them to IMAGE_REGISTRY.
	@ARCHS="$(ARCHS)" REVISION="$(REVISION)" SOURCE_DATE_EPOCH="$(SOURCE_DATE_EPOCH)" OCIIMAGE=$(BIN)/ociimage hack/images.sh $(VERSION) dist
	@$(if $(PUSH),$(BIN)/ociimage push -layout dist/images -registry $(IMAGE_REGISTRY) $(PUSH_FLAGS))

.PHONY: dist
dist: $(BIN)/ociimage localcluster ## Write dist/install.yaml, for those without Helm; images of this VERSION in dist/ are pinned.
	@KUBECTL=$(KUBECTL) hack/dist.sh dist/install.yaml $$(OCIIMAGE=$(BIN)/ociimage hack/image-references.sh $(IMAGE_REGISTRY) $(VERSION) dist/images)

.PHONY: bundle
bundle: images dist ## Pack all that a county without internet needs into dist/liaison-VERSION.tar.gz (docs/air-gapped.md).
	@ARCHS="$(ARCHS)" SOURCE_DATE_EPOCH="$(SOURCE_DATE_EPOCH)" HELM=$(HELM) hack/bundle.sh $(VERSION) dist

.PHONY: localcluster
localcluster: ## Build the development Kubernetes into bin/k8s (about 12 minutes on two cores the first time).
	@hack/build-localcluster.sh

##@ Cluster (that of KUBECONFIG)

.PHONY: install
install: ## Install the CRDs.
	$(KUBECTL) apply --server-side -f config/crd/bases

.PHONY: uninstall
uninstall: ## Remove the CRDs, and with them every station of the cluster.
	$(KUBECTL) delete --ignore-not-found -f config/crd/bases

.PHONY: deploy
deploy: ## Install the operator by its chart, with the images of IMAGE_REGISTRY and VERSION.
	HELM=$(HELM) hack/deploy.sh $(NAMESPACE) $(IMAGE_REGISTRY) $(VERSION)

.PHONY: undeploy
undeploy: ## Remove the operator; CRDs, stations and their data stay.
	$(HELM) uninstall liaison-operator --namespace $(NAMESPACE) --ignore-not-found --wait

.PHONY: demo
demo: build localcluster ## Seven townships on a local cluster, or on KUBECONFIG's with IMAGE_REGISTRY.
	@go build -buildvcs=false -o $(BIN)/demo ./hack/demo
	@$(BIN)/demo --version $(VERSION) $(if $(filter-out file,$(origin IMAGE_REGISTRY)),--registry $(IMAGE_REGISTRY)) $(DEMO_FLAGS)

.PHONY: demo-down
demo-down: ## Stop the demo's local cluster and keep its state.
	@$(K8S)/localcluster down

.PHONY: clean
clean: ## Stop the local cluster; remove its state, bin/ and dist/.
	@if [ -x $(K8S)/localcluster ]; then $(K8S)/localcluster down --purge; fi
	rm -rf $(BIN) dist

##@ Tools (pinned by hack/tools/*/go.mod)

.PHONY: tools
tools: $(BIN)/controller-gen $(BIN)/crd-ref-docs $(BIN)/golangci-lint $(BIN)/promtool $(BIN)/prometheus $(BIN)/ociimage ## Build every tool into bin/.

# A tool is built again when its module changes.
$(BIN)/controller-gen $(BIN)/crd-ref-docs $(BIN)/golangci-lint $(BIN)/promtool $(BIN)/prometheus: $(BIN)/%: hack/tools/%/go.mod hack/tools/%/go.sum
	@echo "building $* (a few minutes the first time for a large one)"
	@go build -C hack/tools/$* -o $@ tool && touch $@

$(BIN)/ociimage: $(wildcard hack/tools/ociimage/*)
	@go build -C hack/tools/ociimage -buildvcs=false -o $@ . && touch $@
