/*
 * cudaemu -- run ordinary .cu files on the host, exactly, without a GPU.
 *
 *	g++ -std=c++20 -x c++ -include tests/cudaemu/cudaemu.h cuda/rows.cu
 *
 * The real toolkit headers supply every type and prototype, so that the host
 * half of a file sees the true interface; the emulator supplies the symbols.
 * Each CUDA thread is a fiber.  Kernels are launched by cudaLaunchKernelEx().
 * Found: out-of-bounds access (with ASan), races (with TSan), barriers that
 * diverge, deadlocks, missing waits (lazy streams, thread orders), host
 * pointers in kernels.  Not found: races between blocks.
 */
#ifndef CUDAEMU_H
#define CUDAEMU_H
#define CUDAEMU 1
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>
#include <utility>
#include <cuda_runtime.h>
#include <cuda_fp16.h>
#include <cuda_bf16.h>

// ---- qualifiers ------------------------------------------------------------
// Default:  __shared__ = thread_local, so that `extern __shared__ T
// umie_smem[]`
//           and function-local `__shared__ T x[N]` both compile unchanged.
// CHECKED:  static arrays in their own section: refilled with NaN before each
//           block, and given ASan red zones (gcc:
//           -fsanitize-sections=cudaemu_shared).
#undef __shared__
#ifdef CUDAEMU_CHECKED
#define __shared__ static __attribute__((section("cudaemu_shared")))
#else
#define __shared__ thread_local
#endif

namespace cudaemu
{
struct Launch {
	dim3 grid, block;
	size_t smem;
	cudaStream_t stream;
	const char *name;
};

enum Op {
	OP_SHFL,
	OP_SHFL_UP,
	OP_SHFL_DOWN,
	OP_SHFL_XOR,
	OP_BALLOT,
	OP_ANY,
	OP_ALL,
	OP_ADD,
	OP_MIN,
	OP_MAX,
	OP_SYNCWARP
};
enum Red { BAR_PLAIN, BAR_AND, BAR_OR, BAR_COUNT };
uint64_t warp_op(Op op, unsigned mask, uint64_t v, int arg, int width,
		 const char *site);
int barrier(Red r, int pred, const char *site);
cudaError_t launch(const Launch &l, std::function<void()> body,
		   std::function<void()> check);
void check_ptr_arg(
    const void *p, int argno,
    const char *kernel); // device pointer of this device, or null

template <class T> inline uint64_t pack(T v)
{
	static_assert(sizeof(T) <= 8, "");
	uint64_t u = 0;
	memcpy(&u, &v, sizeof v);
	return u;
}
template <class T> inline T unpack(uint64_t u)
{
	T v;
	memcpy(&v, &u, sizeof v);
	return v;
}
template <class T> void chk(const T &v, int i, const char *n)
{
	if constexpr (std::is_pointer<T>::value &&
		      !std::is_function<std::remove_pointer_t<T>>::value)
		check_ptr_arg((const void *)v, i, n);
	else
		(void)v, (void)i, (void)n;
}
template <class... E, class... A>
cudaError_t launch_ex(const char *name, const cudaLaunchConfig_t *c,
		      void (*k)(E...), A &&...a)
{
	auto check = [name, ... v = static_cast<E>(a)] {
		int i = 0;
		(chk(v, ++i, name), ...);
	};

	check();
	return launch(
	    Launch{c->gridDim, c->blockDim, c->dynamicSmemBytes, c->stream,
		   name},
	    [k, ... v = static_cast<E>(a)]() { k(v...); }, check);
}
} // namespace cudaemu
#define cudaLaunchKernelEx(cfg, kern, ...) \
	cudaemu::launch_ex(#kern, cfg, kern, ##__VA_ARGS__)
// ---- device built-ins
// ---------------------------------------------------------
extern uint3 threadIdx, blockIdx; // real variables (gridDim, blockDim are also
				  // struct members in the API)
extern dim3 blockDim,
    gridDim; // one kernel runs at a time, under the device lock
static constexpr int warpSize = 32;
#undef __launch_bounds__
#define __launch_bounds__(...)
#define CUDAEMU_STR2(x) #x
#define CUDAEMU_STR(x) CUDAEMU_STR2(x)
#define CUDAEMU_SITE \
	__FILE__ ":" CUDAEMU_STR(__LINE__) "#" CUDAEMU_STR(__COUNTER__)
#define __CUDAEMU_AI static inline __attribute__((always_inline, unused))
#define __CUDAEMU_NI static __attribute__((noinline, unused))

#define __syncthreads() \
	((void)cudaemu::barrier(cudaemu::BAR_PLAIN, 0, CUDAEMU_SITE))
#define __syncthreads_and(p) \
	(cudaemu::barrier(cudaemu::BAR_AND, !!(p), CUDAEMU_SITE))
#define __syncthreads_or(p) \
	(cudaemu::barrier(cudaemu::BAR_OR, !!(p), CUDAEMU_SITE))
#define __syncthreads_count(p) \
	(cudaemu::barrier(cudaemu::BAR_COUNT, !!(p), CUDAEMU_SITE))
#define __CUDAEMU_SHFL(name, op, argt)                                    \
	template <class T>                                                \
	__CUDAEMU_AI T name(unsigned m, T v, argt a, int w = 32)          \
	{                                                                 \
		return cudaemu::unpack<T>(cudaemu::warp_op(               \
		    cudaemu::op, m, cudaemu::pack(v), (int)a, w, #name)); \
	}
__CUDAEMU_SHFL(__shfl_sync, OP_SHFL, int)
__CUDAEMU_SHFL(__shfl_up_sync, OP_SHFL_UP, unsigned)
__CUDAEMU_SHFL(__shfl_down_sync, OP_SHFL_DOWN, unsigned)
__CUDAEMU_SHFL(__shfl_xor_sync, OP_SHFL_XOR, int)
__CUDAEMU_AI unsigned __ballot_sync(unsigned m, int p)
{
	return (unsigned)cudaemu::warp_op(cudaemu::OP_BALLOT, m, !!p, 0, 32,
					  "ballot");
}
__CUDAEMU_AI int __any_sync(unsigned m, int p)
{
	return (int)cudaemu::warp_op(cudaemu::OP_ANY, m, !!p, 0, 32, "any");
}
__CUDAEMU_AI int __all_sync(unsigned m, int p)
{
	return (int)cudaemu::warp_op(cudaemu::OP_ALL, m, !!p, 0, 32, "all");
}
__CUDAEMU_AI unsigned __reduce_add_sync(unsigned m, unsigned v)
{
	return (unsigned)cudaemu::warp_op(cudaemu::OP_ADD, m, v, 0, 32, "radd");
}
__CUDAEMU_AI void __syncwarp(unsigned m = 0xffffffffu)
{
	cudaemu::warp_op(cudaemu::OP_SYNCWARP, m, 0, 0, 32, "syncwarp");
}
__CUDAEMU_AI void __threadfence()
{
}
__CUDAEMU_AI void __threadfence_block()
{
}
__CUDAEMU_AI void __threadfence_system()
{
}

// Only one CUDA thread runs at a time, so plain code would do; under TSan they
// must look atomic.
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define __CUDAEMU_LD(p, o) __atomic_load(p, &o, __ATOMIC_RELAXED)
#define __CUDAEMU_ST(p, n) __atomic_store(p, &n, __ATOMIC_RELAXED)
#else
#define __CUDAEMU_LD(p, o) (o = *(p))
#define __CUDAEMU_ST(p, n) (*(p) = n)
#endif
template <class T, class F> __CUDAEMU_AI T __cudaemu_rmw(T *p, F f)
{
	T o;
	__CUDAEMU_LD(p, o);
	T n = f(o);
	__CUDAEMU_ST(p, n);
	return o;
}
template <class T, class U> __CUDAEMU_AI T atomicAdd(T *p, U v)
{
	return __cudaemu_rmw(p, [=](T o) { return (T)(o + (T)v); });
}
template <class T, class U> __CUDAEMU_AI T atomicMax(T *p, U v)
{
	return __cudaemu_rmw(p, [=](T o) { return (T)v > o ? (T)v : o; });
}
template <class T, class U> __CUDAEMU_AI T atomicMin(T *p, U v)
{
	return __cudaemu_rmw(p, [=](T o) { return (T)v < o ? (T)v : o; });
}
template <class T, class U> __CUDAEMU_AI T atomicExch(T *p, U v)
{
	return __cudaemu_rmw(p, [=](T) { return (T)v; });
}
template <class T, class U, class V> __CUDAEMU_AI T atomicCAS(T *p, U c, V v)
{
	return __cudaemu_rmw(p, [=](T o) { return o == (T)c ? (T)v : o; });
}

template <class T> __CUDAEMU_AI T __ldg(const T *p)
{
	return *p;
}
__CUDAEMU_AI float rsqrtf(float x)
{
	return 1.0f / sqrtf(x);
}
#define __expf(x) expf(x) // glibc already declares functions of these names
#define __logf(x) logf(x)
#define __sinf(x) sinf(x)
#define __cosf(x) cosf(x)
#define __powf(x, y) powf(x, y)
__CUDAEMU_AI float __fdividef(float a, float b)
{
	return a / b;
}
__CUDAEMU_AI float __frcp_rn(float x)
{
	return 1.0f / x;
}
__CUDAEMU_AI float __fmaf_rn(float a, float b, float c)
{
	return fmaf(a, b, c);
}
__CUDAEMU_AI float __fsqrt_rn(float x)
{
	return sqrtf(x);
}
__CUDAEMU_AI float __uint_as_float(unsigned u)
{
	return cudaemu::unpack<float>(u);
}
__CUDAEMU_AI unsigned __float_as_uint(float f)
{
	return (unsigned)cudaemu::pack(f);
}
__CUDAEMU_AI int __ffs(int u)
{
	return __builtin_ffs(u);
}
__CUDAEMU_AI int __popc(unsigned u)
{
	return __builtin_popcount(u);
}
__CUDAEMU_AI int __clz(int u)
{
	return u ? __builtin_clz((unsigned)u) : 32;
}
template <class A, class B>
__CUDAEMU_AI typename std::common_type<A, B>::type max(A a, B b)
{
	return a < b ? b : a;
}
template <class A, class B>
__CUDAEMU_AI typename std::common_type<A, B>::type min(A a, B b)
{
	return b < a ? b : a;
}
#endif
