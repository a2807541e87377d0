//! One HTTP exchange: the only code that calls `fetch`.

use api::error::ErrorBody;
use api::secret::Secret;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Response};

use super::error::Error;

/// How long a call may take. Stopping a container waits for its processes, ten seconds by default.
const DEADLINE_MS: u32 = 60_000;
/// The longest body of a call that outlives its page: browsers let such calls carry 64 KiB in all.
const OUTLIVES_BYTES: usize = 32 * 1024;

/// A call to be made.
pub(super) struct Call<'a> {
    method: &'static str,
    path: &'a str,
    token: Option<&'a Secret>,
    body: Option<JsValue>,
    kind: Option<String>,
    outlives: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(method: &'static str, path: &'a str) -> Self {
        Self {
            method,
            path,
            token: None,
            body: None,
            kind: None,
            outlives: false,
        }
    }

    /// Goes on when the page is left, unless its body is too long for that.
    pub(super) fn outliving(mut self) -> Self {
        let text = self.body.as_ref().and_then(JsValue::as_string);
        self.outlives = text.is_none_or(|text| text.len() <= OUTLIVES_BYTES);
        self
    }

    /// Carries the header half of a session.
    pub(super) fn token(mut self, token: &'a Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// Carries a JSON body.
    pub(super) fn body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let text = serde_json::to_string(body).map_err(|_| Error::Garbled)?;
        self.body = Some(JsValue::from_str(&text));
        Ok(self)
    }

    /// Carries a file as it is.
    pub(super) fn file(mut self, file: web_sys::File) -> Self {
        self.kind = Some(file.type_());
        self.body = Some(file.into());
        self
    }

    /// Makes the call and reads its JSON reply.
    pub(super) async fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, body) = self.reply().await?;
        read(status, &body)
    }

    /// Makes the call, whose reply has nothing to read.
    pub(super) async fn done(self) -> Result<(), Error> {
        let (status, body) = self.reply().await?;
        check(status, &body)
    }

    /// The status and the text of the reply. Boxed, so that no caller carries the exchange in its own code.
    fn reply(self) -> LocalBoxFuture<'a, Result<(u16, String), Error>> {
        Box::pin(async move { self.exchange().await.map_err(|_| Error::Unreachable) })
    }

    /// Makes the call, whose reply is a picture, and returns that as a `data:` address.
    pub(super) async fn picture(self) -> Result<String, Error> {
        let response = self.send().await.map_err(|_| Error::Unreachable)?;
        data_url(&response).await.map_err(|_| Error::Garbled)
    }

    async fn exchange(self) -> Result<(u16, String), JsValue> {
        let response = self.send().await?;
        let body = JsFuture::from(response.text()?).await?;
        Ok((response.status(), body.as_string().unwrap_or_default()))
    }

    async fn send(self) -> Result<Response, JsValue> {
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        let headers = Headers::new()?;
        headers.set("accept", "application/json")?;
        if let Some(token) = self.token {
            headers.set(api::SESSION_HEADER, token.expose_secret())?;
        }
        if self.method != "GET" {
            headers.set(api::IDEMPOTENCY_HEADER, &key(&window)?)?;
            headers.set("content-type", self.kind.as_deref().unwrap_or("application/json"))?;
        }
        let init = RequestInit::new();
        init.set_method(self.method);
        init.set_headers(&headers);
        init.set_cache(web_sys::RequestCache::NoStore);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(DEADLINE_MS)));
        if self.outlives {
            js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
        }
        if let Some(body) = self.body {
            init.set_body(&body);
        }
        let request = Request::new_with_str_and_init(&format!("/api{}", self.path), &init)?;
        JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()
    }
}

/// The picture of a reply. The page's policy lets in pictures of its own origin and `data:`, and the former cannot carry
/// the header of a session.
async fn data_url(response: &Response) -> Result<String, JsValue> {
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    if !response.ok() || !kind.starts_with("image/") {
        return Err(JsValue::NULL);
    }
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    let text: String = bytes.into_iter().map(char::from).collect();
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    Ok(format!("data:{kind};base64,{}", window.btoa(&text)?))
}

/// A fresh key for a call that must not happen twice. Not `randomUUID`, which plain HTTP on a LAN does not have.
fn key(window: &web_sys::Window) -> Result<String, JsValue> {
    let mut bytes = [0_u8; 16];
    window.crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The value in a reply, or the refusal in it.
fn read<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, Error> {
    check(status, body)?;
    serde_json::from_str(body).map_err(|_| Error::Garbled)
}

/// The refusal in a reply, if it is one.
fn check(status: u16, body: &str) -> Result<(), Error> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(serde_json::from_str::<ErrorBody>(body).map_or(Error::Garbled, |body| body.error.into()))
}

#[cfg(test)]
mod tests {
    use api::session::SetupState;

    use super::{check, read};
    use crate::client::{Ended, Error};

    #[test]
    fn a_reply_is_its_value() {
        let state: SetupState = read(200, r#"{"machine":"homedeck"}"#).unwrap();
        assert_eq!(state.machine, "homedeck");
        assert_eq!(check(204, ""), Ok(()));
    }

    #[test]
    fn a_refusal_keeps_its_words_and_the_field_that_it_is_about() {
        let body =
            r#"{"error":{"code":"invalid","message":"Too short.","hint":"Use more.","details":{"field":"password"}}}"#;
        let error = check(422, body).unwrap_err();
        assert_eq!(error.to_string(), "Too short.");
        assert_eq!(
            (error.code(), error.hint(), error.field()),
            (Some("invalid"), Some("Use more."), Some("password"))
        );
    }

    #[test]
    fn the_end_of_a_session_is_not_just_any_refusal() {
        let body = |code| format!(r#"{{"error":{{"code":"{code}","message":"-"}}}}"#);
        assert_eq!(check(401, &body("session_ended")), Err(Error::Ended(Ended::Over)));
        assert_eq!(check(401, &body("session_changed")), Err(Error::Ended(Ended::Changed)));
    }

    #[test]
    fn a_login_that_needs_a_code_goes_on_under_its_challenge_which_is_not_printed() {
        let body = r#"{"error":{"code":"code_needed","message":"-","details":{"challenge":"opaque"}}}"#;
        let error = check(401, body).unwrap_err();
        assert!(matches!(error, Error::CodeNeeded(_)));
        assert!(!format!("{error:?} {error}").contains("opaque"));
    }

    #[test]
    fn what_something_in_between_answers_is_not_taken_for_stardeck() {
        assert_eq!(check(502, "<html>Bad gateway</html>"), Err(Error::Garbled));
        assert_eq!(read::<SetupState>(200, "<html>"), Err(Error::Garbled));
    }
}
