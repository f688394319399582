dispatcher_runtime::contracts!(contracts);

fn main() {}
