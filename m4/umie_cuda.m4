# UMIE_CUDA -- look for nvcc, the toolkit's headers and its libraries.
#
# Sets NVCC, CUDA_ARCHS, CUDA_CPPFLAGS, CUDA_LDFLAGS, CUDA_LIBS; umie_cuda
# (yes: the plugin can be built) and umie_cuda_headers (yes: the emulator can);
# the same for NCCL.
AC_DEFUN([UMIE_CUDA], [
AC_ARG_WITH([cuda], [AS_HELP_STRING([--with-cuda@<:@=DIR@:>@],
	[build the CUDA plugin, with the toolkit in DIR @<:@auto@:>@])],
	[], [with_cuda=auto])
AC_ARG_WITH([cuda-archs], [AS_HELP_STRING([--with-cuda-archs=LIST],
	[architectures; the last one also as PTX @<:@75 80 86 89 90 100@:>@])],
	[], [with_cuda_archs="75 80 86 89 90 100"])
AC_ARG_WITH([nccl], [AS_HELP_STRING([--with-nccl@<:@=DIR@:>@],
	[build the NCCL plugin, with NCCL in DIR @<:@auto@:>@])],
	[], [with_nccl=auto])
AC_ARG_VAR([NVCC], [CUDA compiler])

umie_cuda=no umie_cuda_headers=no cuda_dir=/usr/local/cuda
AS_CASE([$with_cuda], [no|yes|auto], [],
	[cuda_dir=$with_cuda; with_cuda=yes])
CUDA_CPPFLAGS="-isystem $cuda_dir/include" CUDA_LDFLAGS="-L$cuda_dir/lib64"
CUDA_LIBS= CUDA_ARCHS=
for a in $with_cuda_archs; do
	CUDA_ARCHS="$CUDA_ARCHS -gencode arch=compute_$a,code=sm_$a"
	last=$a
done
CUDA_ARCHS="$CUDA_ARCHS -gencode arch=compute_$last,code=compute_$last"

AS_IF([test "$with_cuda" != no], [
	AC_PATH_PROG([NVCC], [nvcc], [], [$cuda_dir/bin:$PATH])
	save_CPPFLAGS=$CPPFLAGS
	CPPFLAGS="$CPPFLAGS $CUDA_CPPFLAGS"
	umie_cuda_headers=yes
	AC_CHECK_HEADERS([cuda_runtime_api.h cublasLt.h cudnn.h], [],
		[umie_cuda_headers=no])
	CPPFLAGS=$save_CPPFLAGS
	AS_IF([test -n "$NVCC" && test $umie_cuda_headers = yes], [
		AC_MSG_CHECKING([whether $NVCC compiles for $with_cuda_archs])
		echo '__global__ void k(float *p) { *p = 1; }' >conftest.cu
		AS_IF([$NVCC $CUDA_ARCHS -c conftest.cu -o conftest.$OBJEXT \
			>&AS_MESSAGE_LOG_FD 2>&1],
			[umie_cuda=yes])
		rm -f conftest.cu conftest.$OBJEXT
		AC_MSG_RESULT([$umie_cuda])
	])
	save_LIBS=$LIBS
	save_LDFLAGS=$LDFLAGS
	LDFLAGS="$LDFLAGS $CUDA_LDFLAGS"
	AS_IF([test $umie_cuda = yes], [
		m4_foreach_w([pair], [cudart:cudaMalloc cublasLt:cublasLtMatmul
			cudnn:cudnnCreate], [
			lib=`echo pair | sed 's/:.*//'`
			f=`echo pair | sed 's/.*://'`
			AC_CHECK_LIB([$lib], [$f],
				[CUDA_LIBS="$CUDA_LIBS -l$lib"],
				[umie_cuda=no], [-lstdc++])
		])
	])
	LIBS=$save_LIBS
	LDFLAGS=$save_LDFLAGS
])

umie_nccl=no umie_nccl_headers=no NCCL_CPPFLAGS= NCCL_LIBS=
AS_CASE([$with_nccl], [no|yes|auto], [], [
	NCCL_CPPFLAGS="-isystem $with_nccl/include"
	NCCL_LIBS="-L$with_nccl/lib"; with_nccl=yes])
AS_IF([test $umie_cuda_headers = yes && test "$with_nccl" != no], [
	save_CPPFLAGS=$CPPFLAGS save_LIBS=$LIBS save_LDFLAGS=$LDFLAGS
	CPPFLAGS="$CPPFLAGS $NCCL_CPPFLAGS $CUDA_CPPFLAGS"
	AC_CHECK_DECL([ncclCommInitRankConfig], [umie_nccl_headers=yes], [],
		[[@%:@include <nccl.h>]])
	LDFLAGS="$LDFLAGS $NCCL_LIBS $CUDA_LDFLAGS"
	NCCL_LIBS="$NCCL_LIBS -lnccl"
	AS_IF([test $umie_cuda$umie_nccl_headers = yesyes],
		[AC_CHECK_LIB([nccl], [ncclCommInitRankConfig], [umie_nccl=yes],
			[], [-lcudart -lstdc++])])
	CPPFLAGS=$save_CPPFLAGS LIBS=$save_LIBS LDFLAGS=$save_LDFLAGS
])
AS_IF([test "$with_nccl" = yes && test $umie_nccl = no],
	[AC_MSG_ERROR([NCCL was asked for, but nccl.h (2.14 or later), libnccl
or CUDA is missing (see config.log)])])
AS_IF([test "$with_cuda" = yes && test $umie_cuda = no],
	[AC_MSG_ERROR([CUDA was asked for, but nvcc, a header or a library is
missing in $cuda_dir (see config.log)])])
AC_SUBST([CUDA_ARCHS])
AC_SUBST([CUDA_CPPFLAGS])
AC_SUBST([CUDA_LDFLAGS])
AC_SUBST([CUDA_LIBS])
AC_SUBST([NCCL_CPPFLAGS])
AC_SUBST([NCCL_LIBS])
AM_CONDITIONAL([CUDA], [test $umie_cuda = yes])
AM_CONDITIONAL([CUDA_HEADERS], [test $umie_cuda_headers = yes])
AM_CONDITIONAL([NCCL], [test $umie_nccl = yes])
AM_CONDITIONAL([NCCL_HEADERS], [test $umie_nccl_headers = yes])
])
