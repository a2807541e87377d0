//! This machine's own certificate authority: its certificate, and how to trust it.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};

use crate::edge::App;
use crate::edge::error::{Fault, Reply};

const PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
<title>Trust this Stardeck</title><main><h1>Trust this Stardeck</h1>\
<p>Its certificate is made by an authority of this machine's own. A browser that trusts that shows no warning.</p><ol>\
<li>Download <a href=\"/authority.crt\">the authority's certificate</a>, once on each device.</li>\
<li>Add it to what the device trusts:<ul>\
<li><b>Windows</b>: open the file, Install Certificate, Local Machine, Trusted Root Certification Authorities.</li>\
<li><b>macOS</b>: open the file in Keychain Access, then set it to Always Trust.</li>\
<li><b>Linux</b>: copy it to /usr/local/share/ca-certificates and run update-ca-certificates; Chromium and Firefox have a \
list of their own under Certificates in their settings.</li>\
<li><b>iPhone, iPad</b>: open the file, install the profile, then General, About, Certificate Trust Settings.</li>\
<li><b>Android</b>: Security, Encryption and credentials, Install a certificate, CA certificate.</li></ul></li>\
<li>Close the browser, and open Stardeck again.</li></ol>\
<p>Whoever has the authority's key, which lies in Stardeck's data directory, could pose as any site to these devices.</p></main>";

/// How to trust it, in three steps.
pub(crate) async fn page(State(app): State<App>) -> Reply<impl IntoResponse> {
    app.authority.ok_or(Fault::NoRoute)?;
    Ok(Html(PAGE))
}

/// Its certificate.
pub(crate) async fn certificate(State(app): State<App>) -> Reply<impl IntoResponse> {
    let certificate = app.authority.ok_or(Fault::NoRoute)?;
    Ok((
        [(header::CONTENT_TYPE, "application/x-x509-ca-cert")],
        certificate.to_string(),
    ))
}
