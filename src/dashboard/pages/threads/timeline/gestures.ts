import { useEffect, useRef } from 'react';

/** React's wheel events cannot keep the page from scrolling. */
export function useWheel(
  frame: React.RefObject<HTMLDivElement | null>,
  zoom: (factor: number, place: number) => void,
  pan: (share: number) => void,
): void {
  useEffect(() => {
    const { current: target } = frame;
    if (target === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const box = target.getBoundingClientRect();
        zoom(1.0025 ** event.deltaY, (event.clientX - box.left) / box.width);
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) pan(sideways / target.clientWidth);
      else return;
      event.preventDefault();
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [frame, zoom, pan]);
}

/** A press that moves drags; one that does not is a click. */
export function useDrag(
  frame: React.RefObject<HTMLDivElement | null>,
  pan: (share: number) => void,
  click: (event: React.PointerEvent) => void,
): Pick<React.DOMAttributes<HTMLDivElement>, 'onPointerDown' | 'onPointerMove' | 'onPointerUp'> {
  const pressed = useRef<{ x: number; moved: boolean }>(undefined);
  return {
    onPointerDown: (event) => {
      if (event.button === 0) pressed.current = { x: event.clientX, moved: false };
    },
    onPointerMove: (event) => {
      const { current: from } = pressed;
      if (from === undefined || frame.current === null) return;
      const by = event.clientX - from.x;
      if (!from.moved && Math.abs(by) < 4) return;
      if (!from.moved) frame.current.setPointerCapture(event.pointerId);
      pan(-by / frame.current.clientWidth);
      pressed.current = { x: event.clientX, moved: true };
    },
    onPointerUp: (event) => {
      if (pressed.current?.moved === false) click(event);
      pressed.current = undefined;
    },
  };
}
