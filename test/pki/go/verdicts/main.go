// Program verdicts says what Go's crypto/x509 makes of certificates: it reads cases as JSON from standard input, and writes
// the verdict on each, by its name. It needs nothing but the standard library.
package main

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Case is a CA certificate, and a certificate that it has signed, where there is one.
type Case struct {
	Name string `json:"name"`
	DER  []byte `json:"der"`
	Leaf []byte `json:"leaf"`
}

// Verdict is what Go says: no words where it takes the certificate.
type Verdict struct {
	Parse             string   `json:"parse,omitempty"`
	UnhandledCritical []string `json:"unhandledCritical,omitempty"`
	Verify            string   `json:"verify,omitempty"`
}

func main() {
	var question struct {
		Now   time.Time `json:"now"`
		Cases []Case    `json:"cases"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&question); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	verdicts := map[string]Verdict{}
	for _, one := range question.Cases {
		verdicts[one.Name] = verdictOn(one, question.Now)
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func verdictOn(one Case, now time.Time) Verdict {
	authority, err := x509.ParseCertificate(one.DER)
	if err != nil {
		return Verdict{Parse: err.Error()}
	}
	verdict := Verdict{}
	for _, id := range authority.UnhandledCriticalExtensions {
		verdict.UnhandledCritical = append(verdict.UnhandledCritical, id.String())
	}
	if len(one.Leaf) > 0 {
		verdict.Verify = verify(authority, one.Leaf, now)
	}
	return verdict
}

// verify asks as both sides of a connection between members do.
func verify(authority *x509.Certificate, der []byte, now time.Time) string {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return "leaf: " + err.Error()
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		options := x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}}
		if _, err := leaf.Verify(options); err != nil {
			return err.Error()
		}
	}
	return ""
}
