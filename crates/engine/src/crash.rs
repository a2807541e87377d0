//! Points at which the tests of crashes end the process. A build without the feature `failpoints` has none.

/// Takes the points that `FAILPOINTS` names; once in a process.
#[cfg(feature = "failpoints")]
pub fn arm_crash_points() {
    std::mem::forget(fail::FailScenario::setup());
}

/// The process ends here if a test said so.
pub(crate) fn crash_point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name, |_| -> () { std::process::abort() });
    #[cfg(not(feature = "failpoints"))]
    let _nowhere = name;
}
