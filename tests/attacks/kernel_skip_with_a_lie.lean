-- family: kernel
-- expect: rejected:kernel_check_skipped|error:-
set_option debug.skipKernelTC true in
theorem target : 2 + 2 = 5 := by decide +kernel
