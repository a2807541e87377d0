//! Who may frame an app: the app's own say is taken out of its policies, the rest of them stays.

/// `policies` (the value of one `Content-Security-Policy` line) without its `frame-ancestors`; nothing if nothing is left.
pub(crate) fn without_frame_ancestors(policies: &[u8]) -> Option<Vec<u8>> {
    let kept: Vec<Vec<u8>> = policies
        .split(|&byte| byte == b',')
        .map(|policy| {
            let directives = policy.split(|&byte| byte == b';');
            let kept: Vec<&[u8]> = directives.filter(|directive| !is_frame_ancestors(directive)).collect();
            kept.join(&b';').trim_ascii().to_vec()
        })
        .filter(|policy| policy.iter().any(|&byte| byte != b';' && byte != b' '))
        .collect();
    (!kept.is_empty()).then(|| kept.join(&b", "[..]))
}

fn is_frame_ancestors(directive: &[u8]) -> bool {
    let name = directive.split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
    name.is_some_and(|name| name.eq_ignore_ascii_case(b"frame-ancestors"))
}

#[cfg(test)]
mod tests {
    use crate::cases::check;

    #[test]
    fn only_frame_ancestors_is_taken_out() {
        check(include_str!("../tests/cases/csp.txt"), |case| {
            let left = super::without_frame_ancestors(case.input.as_bytes());
            left.map_or("nothing".to_owned(), |left| String::from_utf8_lossy(&left).into_owned())
        });
    }
}
