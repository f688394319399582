// How code of another generator or of other macros starts.
dispatcher_runtime::private::generated_by!("dispatcher-build-support", "0.2");

mod expansion {
    dispatcher_runtime::private::generated_by!("dispatcher-macros", "1");
}

fn main() {}
